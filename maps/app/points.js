// Points, events and density on a canvas.
import {byId, clamp, look, page, views} from "./page.js";
import {answer} from "./popups.js";
import {decimal, shownRows} from "./tables.js";

// Leaflet's canvas has as many pixels; a stamp of the same scale is copied, not resampled.
const STAMP_SCALE = L.Browser.retina ? 2 : 1;
const stamps = new WeakMap();

const PointCanvas = L.Canvas.extend({
  _initContainer: function () {
    L.Canvas.prototype._initContainer.call(this);
    this._container.style.pointerEvents = "none";
    this._container.className += " fw-points";
  },
  _updatePaths: function () {
    // Leaflet postpones drawing while a new view is set and calls once more after it.
    if (!this.view || this._postponeUpdatePaths) { return; }
    this._clear();
    paint(this.view, this._ctx, this._bounds);
  }
});

export function place(view, row) {
  const scale = 256 * Math.pow(2, view.map.getZoom()), origin = view.map.getPixelOrigin();
  return L.point(view.table.x[row] * scale - origin.x, view.table.y[row] * scale - origin.y);
}

function paint(view, context, box) {
  const cells = inCells(view), looks = page.settings.schemes[look.scheme], table = view.table;
  if (look.density || cells) { paintCells(view, context); }
  if (look.events) { view.events.forEach((event) => ring(view, context, event)); }
  if (cells) { return; }
  const numbers = table["look_" + look.scheme], factor = sizeFactor(view.map);
  const scale = 256 * Math.pow(2, view.map.getZoom()), origin = view.map.getPixelOrigin();
  looks.forEach((one, number) => {
    const stamp = stampOf(one, one.size * factor), half = stamp.width / 2 / STAMP_SCALE;
    view.rows.forEach((row) => {
      if (numbers[row] !== number) { return; }
      const x = Math.round(table.x[row] * scale - origin.x), y = Math.round(table.y[row] * scale - origin.y);
      if (x > box.min.x - half && x < box.max.x + half && y > box.min.y - half && y < box.max.y + half) {
        context.drawImage(stamp, x - half, y - half, half * 2, half * 2);
      }
    });
  });
}

// So many points are drawn one by one only where the reader is near.
export const inCells = (view) => page.settings.light && view.map.getZoom() < page.settings.style.view.points_zoom;

function paintCells(view, context) {
  const step = page.settings.style.density.step_deg, classes = page.settings.style.density;
  Object.keys(view.cells).forEach((key) => {
    const corner = key.split(",").map(Number);
    const a = view.map.latLngToLayerPoint([corner[1] * step, corner[0] * step]);
    const b = view.map.latLngToLayerPoint([(corner[1] + 1) * step, (corner[0] + 1) * step]);
    context.fillStyle = classed(view.cells[key], classes.breaks, classes.colours);
    context.fillRect(a.x, b.y, b.x - a.x - 0.5, a.y - b.y - 0.5);
  });
}

function ring(view, context, event) {
  const at = view.map.latLngToLayerPoint([event.lat, event.lon]);
  context.beginPath();
  context.arc(at.x, at.y, ringRadius(event), 0, 2 * Math.PI);
  context.strokeStyle = page.settings.style.event.color;
  context.lineWidth = page.settings.style.event.weight;
  context.stroke();
}

export const ringRadius = (event) => 5 + 2.2 * Math.sqrt(event.rows.length);

// Drawn once a look and size: thousands of stamps are faster than thousands of outlines.
function stampOf(one, radius) {
  const made = stamps.get(one) || {};
  stamps.set(one, made);
  return made[radius] || (made[radius] = drawStamp(one, radius));
}

function drawStamp(one, radius) {
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  const corners = page.settings.style.shapes[one.shape], line = one.weight * radius / one.size;
  canvas.width = canvas.height = 2 * STAMP_SCALE * Math.ceil(radius * 1.4 + line);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.scale(STAMP_SCALE, STAMP_SCALE);
  context.beginPath();
  if (!corners.length) { context.arc(0, 0, radius, 0, 2 * Math.PI); }
  corners.forEach((corner, index) => context[index ? "lineTo" : "moveTo"](corner[0] * radius, corner[1] * radius));
  context.closePath();
  context.fillStyle = one.fillColor;
  context.fill();
  context.lineWidth = line;
  context.strokeStyle = one.color;
  context.stroke();
  return canvas;
}

// A wall is read from further away than a desk.
export const onWall = () => window.innerWidth >= page.settings.style.view.wall_px;

function sizeFactor(on) {
  const view = page.settings.style.view;
  const share = (on.getZoom() - view.far_zoom) / (view.near_zoom - view.far_zoom);
  return (view.far_size + (view.near_size - view.far_size) * clamp(share, 0, 1)) * (onWall() ? view.wall_size : 1);
}

export function classed(value, breaks, colours) {
  const place = breaks.findIndex((limit) => value < limit);
  return colours[place < 0 ? breaks.length : place];
}

export function gather(view) {
  const table = view.table, step = page.settings.style.density.step_deg, events = {};
  view.rows = shownRows(table);
  view.cells = {};
  view.rows.forEach((row) => {
    const at = decimal(table, row), key = Math.floor(at[0] / step) + "," + Math.floor(at[1] / step);
    const event = events[table.event_id[row]] || (events[table.event_id[row]] = {rows: [], lon: 0, lat: 0});
    view.cells[key] = (view.cells[key] || 0) + 1;
    event.rows.push(row);
    event.lon += at[0];
    event.lat += at[1];
  });
  view.events = Object.keys(events).map((key) => events[key]).filter((event) => event.rows.length > 1);
  view.events.forEach((event) => { event.lon /= event.rows.length; event.lat /= event.rows.length; });
}

export function makeView(season, id) {
  const options = {preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25,
    minZoom: page.settings.style.view.min_zoom, maxZoom: page.settings.style.view.max_zoom};
  const on = L.map(id, options).setView(page.settings.centre, page.settings.style.view.start_zoom);
  const view = {map: on, table: page.tables[season], rows: [], events: [], cells: {}, title: byId("fw-title-" + season)};
  on.createPane("points").style.zIndex = 450;
  view.canvas = new PointCanvas({pane: "points", padding: 0.1});
  view.canvas.addTo(on);
  view.canvas.view = view;
  on.on("click", (event) => answer(view, event));
  views[season] = view;
  return view;
}
