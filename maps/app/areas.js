// Counties in colours, zones, names, backdrops.
import {areas, byId, element, layers, look, page, read, roles, views} from "./page.js";
import {gcj} from "./places.js";
import {classed} from "./points.js";
import {answer, open, POPUPS} from "./popups.js";
import {cityOf, tally} from "./tables.js";

export const SHADES = {
  none: () => null,
  state: (code) => page.settings.style.states[page.settings.states[cityOf(code)]] || null,
  count: (code, now) => steps("count", now.counties[code] || 0),
  change: (code, now, base) => (base.counties[code]
    ? steps("change", ((now.counties[code] || 0) / base.counties[code] - 1) * 100) : page.settings.style.unknown),
  intensity: (code, now) => (page.settings.cropland[code]
    ? steps("intensity", (now.counties[code] || 0) / page.settings.cropland[code]) : page.settings.style.unknown),
  seen: (code) => {
    const share = ((page.settings.passes[look.pass] || {}).ground || {})[code];
    return share ? page.settings.style.seen[seenClass(share)] : page.settings.style.unknown;
  }
};

function steps(kind, value) {
  const classes = page.settings.shadings[kind];
  return {fillColor: classed(value, classes.breaks, classes.colours), fillOpacity: 1};
}

// Not seen, mostly under cloud, partly seen, seen clear.
function seenClass(share) {
  if (share[2] > 0.5) { return "unseen"; }
  return share[0] < 0.3 ? "cloudy" : share[0] < 0.7 ? "partly" : "clear";
}

export function shade(now, base) {
  const plain = backdropShown() ? {fillOpacity: 0} : {fillColor: page.settings.style.county.fillColor, fillOpacity: 1};
  Object.keys(areas.counties || {}).forEach((code) => {
    const fill = SHADES[look.shading](code, now, base);
    areas.counties[code].setStyle(fill ? {...fill, fillOpacity: backdropShown() ? 0.5 : fill.fillOpacity} : plain);
    areas.counties[code].facts = {now: now.counties[code] || 0, base: base.counties[code] || 0};
  });
  document.querySelector("[data-cells]").hidden = !(look.density || page.settings.light);
  document.querySelectorAll("[data-shading]").forEach((part) => {
    part.hidden = part.dataset.shading !== look.shading;
  });
}

const backdropShown = () => ["relief", "tiles"].some(
  (role) => (roles[role] || []).some((key) => page.map.hasLayer(layers[key])));

export function names(data, className) {
  return L.layerGroup(data.name.map((name, index) => {
    const mark = data.mark && data.mark[index], box = element("span", name);
    if (mark) { box.append(" ", element("b", mark, {"class": "fw-state-" + data.state[index]})); }
    return L.marker([data.lat[index], data.lon[index]], {
      interactive: false, keyboard: false, icon: L.divIcon({className: className, iconSize: [0, 0], html: box})
    });
  }));
}

function polygons(data, role, style, keep) {
  const shapes = L.geoJSON(data.polygons, {
    style: style,
    interactive: role in POPUPS,
    onEachFeature: (feature, layer) => { if (keep) { keep[feature.properties.adcode] = layer; } }
  });
  shapes.on("click", (event) => {
    L.DomEvent.stop(event);
    if (!answer(views.now, event)) { open(page.map, POPUPS[role](event.layer.feature.properties, event.layer), event.latlng); }
  });
  return shapes;
}

const draw = {
  counties: (data) => [polygons(data, "counties", page.settings.style.county, areas.counties = {}), names(data.places, "fw-label fw-county")],
  cities: (data) => [polygons(data, "cities", page.settings.style.city, areas.cities = {}), names(data.places, "fw-label fw-city")],
  zones: (data) => [polygons(data, "zones", data.style)],
  permits: (data) => [polygons(data, "permits", data.style)],
  rivers: (data) => [L.geoJSON(data.polygons, {style: data.style, interactive: false})],
  relief: (data) => [L.imageOverlay(data.picture, data.box, {pane: "tilePane"})],
  tiles: (data) => data.urls.map((url) => tileLayer(data, url))
};

// AMap's tiles lie where GCJ-02 has them; they are moved back by the shift at the map's middle.
const ShiftedTiles = L.TileLayer.extend({
  _setZoomTransform: function (level, centre, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, shifted(centre), zoom);
  },
  _getTiledPixelBounds: function (centre) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, shifted(centre));
  }
});

function shifted(centre) {
  const at = gcj(centre.lng, centre.lat);
  return L.latLng(at[1], at[0]);
}

function tileLayer(data, url) {
  if (!page.map.attributionControl) { page.map.attributionControl = L.control.attribution({prefix: false}).addTo(page.map); }
  const made = new (data.gcj02 ? ShiftedTiles : L.TileLayer)(url, {
    subdomains: data.subdomains, maxZoom: page.settings.style.view.max_zoom, maxNativeZoom: data.max_zoom, attribution: data.attribution,
    // The page tells nobody where it lies; some tile servers refuse who says nothing at all.
    referrerPolicy: "origin"
  });
  made.on("tileerror", () => { byId("fw-tiles-fail").hidden = false; });
  made.on("tileload", () => { byId("fw-tiles-fail").hidden = true; });
  return made;
}

// Areas lie below points whatever was switched on last.
export function stack() {
  ["cities", "permits", "zones", "rivers", "counties"].forEach((role) => (roles[role] || []).forEach((key) => {
    if (page.map.hasLayer(layers[key])) { layers[key].borders.bringToBack(); }
  }));
}

export function show(key, wanted) {
  if (wanted) { page.map.addLayer(layers[key]); } else { page.map.removeLayer(layers[key]); }
  stack();
  shade(tally(page.tables.now), tally(page.tables.base));
}

export function add(key, role, shown) {
  const parts = draw[role](read("data-" + key));
  layers[key] = L.layerGroup(parts);
  layers[key].borders = parts[0];
  (roles[role] = roles[role] || []).push(key);
  if (shown) { page.map.addLayer(layers[key]); }
}
