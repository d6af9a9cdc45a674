"use strict";
// The page's own code: draws its data blocks, filters, counts, finds, exports.
// Every text goes in as text, never as HTML. Counts follow the counting rule: a unit counts once,
// in the county and on the day of its first point, under the gravest ruling among its points.
var firewatch = (function () {
  const ARRAYS = {i4: Int32Array, i2: Int16Array, u1: Uint8Array};
  const ATTRIBUTES = ["source", "platform", "status", "confidence"];
  // Leaflet's canvas has as many pixels; a stamp of the same scale is copied, not resampled.
  const STAMP_SCALE = L.Browser.retina ? 2 : 1;
  const KM2_A_HA = 0.01, EARTH_KM = 6371.0088, BEIJING_MIN = 480, DAY_MIN = 1440;
  const stamps = new WeakMap();
  const layers = {}, roles = {}, areas = {}, hidden = new Set(), views = {};
  const filter = {city: 0, county: 0, ruling: "", from: 0, to: 0};
  const look = {scheme: "ruling", shading: "none", pass: 0, events: false, density: false};
  let settings, map, tables, timer = null, measuring = null;

  // --- small things

  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const byId = (id) => document.getElementById(id);
  const words = (key, values) => Object.keys(values || {}).reduce(
    (text, name) => text.split("{" + name + "}").join(values[name]), settings.words[key]);
  const label = (kind, code) => settings.words[kind + "." + code] || code;
  const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

  function element(tag, text, attributes) {
    const made = document.createElement(tag);
    if (text) { made.textContent = text; }
    Object.keys(attributes || {}).forEach((name) => made.setAttribute(name, attributes[name]));
    return made;
  }

  function button(text, does) {
    const made = element("button", text, {type: "button"});
    made.addEventListener("click", does);
    return made;
  }

  // Rounded up: a fall of 9.996 % must not read -10.00 %.
  function percent(base, now) {
    if (!base) { return words("popup.none"); }
    const hundredths = Math.ceil(Number(((now - base) / base * 10000).toFixed(6)));
    return (hundredths > 0 ? "+" : "") + (hundredths / 100).toFixed(2) + "%";
  }

  // --- coordinates

  function dms(degrees, hemispheres) {
    // Rounds to a tenth of a second before splitting, so that 60″ never appears.
    const tenths = Math.round(Math.abs(degrees) * 36000);
    const seconds = (tenths % 600 / 10).toFixed(1).padStart(4, "0");
    const minutes = Math.floor(tenths / 600), minute = String(minutes % 60).padStart(2, "0");
    return Math.floor(minutes / 60) + "°" + minute + "′" + seconds + "″" + hemispheres[degrees < 0 ? 1 : 0];
  }

  // GCJ-02 of a WGS-84 position; the same polynomial as firewatch.core.geo.
  function gcj(lon, lat) {
    const a = 6378245, e2 = 0.00669342162296594323, u = lon - 105, v = lat - 35, pi = Math.PI;
    const sin = Math.sin, root = Math.sqrt(Math.abs(u));
    const waves = (20 * sin(6 * u * pi) + 20 * sin(2 * u * pi)) * 2 / 3;
    const north = -100 + 2 * u + 3 * v + 0.2 * v * v + 0.1 * u * v + 0.2 * root + waves
      + (20 * sin(v * pi) + 40 * sin(v / 3 * pi) + 160 * sin(v / 12 * pi) + 320 * sin(v * pi / 30)) * 2 / 3;
    const east = 300 + u + 2 * v + 0.1 * u * u + 0.1 * u * v + 0.1 * root + waves
      + (20 * sin(u * pi) + 40 * sin(u / 3 * pi) + 150 * sin(u / 12 * pi) + 300 * sin(u / 30 * pi)) * 2 / 3;
    const phi = lat * pi / 180, w2 = 1 - e2 * sin(phi) * sin(phi), degree = 180 / pi;
    return [
      lon + east / (a / Math.sqrt(w2) * Math.cos(phi)) * degree,
      lat + north / (a * (1 - e2) / (w2 * Math.sqrt(w2))) * degree
    ];
  }

  function fromGcj(lon, lat) {
    let x = lon, y = lat;
    for (let round = 0; round < 6; round += 1) {
      const shifted = gcj(x, y);
      x += lon - shifted[0];
      y += lat - shifted[1];
    }
    return [x, y];
  }

  // Two numbers or two sexagesimal angles in any usual spelling; [lon, lat] or null.
  function coordinates(text) {
    const angle = /([NSEW])?\s*(-?\d+(?:\.\d+)?)\s*(?:[°度d:]\s*(?:(\d+(?:\.\d+)?)\s*(?:['′’分:m]\s*(?:(\d+(?:\.\d+)?)\s*(?:["″”秒s]|'')?\s*)?)?)?)?\s*([NSEW])?/gi;
    const plain = text.replace(/[，、;；]/g, ",").replace(/北纬|纬度|lat(?:itude)?[=:：]?/gi, " N ")
      .replace(/东经|经度|lon(?:gitude)?[=:：]?|lng[=:：]?/gi, " E ");
    const found = [];
    for (let match = angle.exec(plain); match && found.length < 3; match = angle.exec(plain)) {
      const size = Math.abs(match[2]) + (match[3] || 0) / 60 + (match[4] || 0) / 3600;
      const side = (match[1] || match[5] || "").toUpperCase();
      const negative = match[2][0] === "-" || side === "S" || side === "W";
      found.push({value: negative ? -size : size, side: side});
    }
    if (found.length !== 2) { return null; }
    const isLat = (one) => one.side === "N" || one.side === "S";
    const isLon = (one) => one.side === "E" || one.side === "W";
    // Without letters the one that can be no latitude is the longitude; as written otherwise.
    const turned = isLat(found[0]) || isLon(found[1])
      || (!found[0].side && !found[1].side && Math.abs(found[1].value) > 90);
    const lon = found[turned ? 1 : 0].value, lat = found[turned ? 0 : 1].value;
    return Math.abs(lon) <= 180 && Math.abs(lat) <= 85 ? [lon, lat] : null;
  }

  // --- data

  function decoded(column) {
    const text = atob(column.base64), bytes = new Uint8Array(text.length);
    for (let place = 0; place < text.length; place += 1) { bytes[place] = text.charCodeAt(place); }
    return new ARRAYS[column.type](bytes.buffer);
  }

  function opened(raw) {
    const table = {count: raw.count, words: {}};
    Object.keys(raw).forEach((name) => {
      const column = raw[name];
      const packed = column.codes || column;
      if (column.codes) { table.words[name] = column.words; }
      table[name] = "base64" in Object(packed) ? decoded(packed) : column;
    });
    // Positions on the unit square of Web Mercator: one multiplication a redraw.
    table.x = Float64Array.from(table.lon, (lon) => lon / 1e5 / 360 + 0.5);
    table.y = Float64Array.from(table.lat, (lat) => {
      const sin = Math.sin(lat / 1e5 * Math.PI / 180);
      return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
    });
    table.units = table.unit.reduce((most, unit) => Math.max(most, unit), -1) + 1;
    const gravity = table.words.ruling.map((code) => settings.gravity.indexOf(code));
    table.gravity = gravity.map((rank) => (rank < 0 ? settings.gravity.length - 1 : rank));
    return table;
  }

  function text(table, name, row) {
    return table.words[name] ? String(table.words[name][table[name][row]]) : (table[name] || "")[row] || "";
  }

  function eventId(table, row) {
    const named = table.words.event_id[table.event_id[row]];
    if (typeof named === "string") { return named; }
    return table.point_id ? "E_" + table.point_id[named] : words("popup.left_out");
  }

  function timeText(minute) {
    return new Date((minute + BEIJING_MIN) * 60000).toISOString().slice(0, 16).replace("T", " ");
  }

  const cityOf = (county) => settings.city_of[county] || 0;
  const areaName = (code) => settings.names[code] || "";
  const decimal = (table, row) => [table.lon[row] / 1e5, table.lat[row] / 1e5];

  // --- what passes the filter, and what counts

  // Codes of a table for the wanted words: -1 passes everything, -2 nothing.
  function wantedCodes(table) {
    return [...ATTRIBUTES, "ruling"].map((name) => {
      const place = filter[name] ? table.words[name].indexOf(filter[name]) : -1;
      return {codes: table[name], wanted: filter[name] && place < 0 ? -2 : place};
    });
  }

  const inArea = (county) => (filter.county ? county === filter.county : !filter.city || cityOf(county) === filter.city);
  const inDays = (day) => day >= filter.from && day <= filter.to;

  function shownRows(table) {
    const wanted = wantedCodes(table), looks = table["look_" + look.scheme], rows = [];
    const off = settings.schemes[look.scheme].map((one) => hidden.has(look.scheme + "/" + one.key));
    for (let row = 0; row < table.count; row += 1) {
      if (!off[looks[row]] && inDays(table.day[row]) && inArea(table.county[row])
        && wanted.every((one) => one.wanted === -1 || one.codes[row] === one.wanted)) { rows.push(row); }
    }
    return rows;
  }

  function tally(table) {
    const wanted = wantedCodes(table), ruling = filter.ruling ? settings.gravity.indexOf(filter.ruling) : -1;
    const first = new Int32Array(table.units).fill(-1), gravest = new Uint8Array(table.units).fill(255);
    wanted.pop();
    for (let row = 0; row < table.count; row += 1) {
      const unit = table.unit[row];
      if (unit >= 0 && wanted.every((one) => one.wanted === -1 || one.codes[row] === one.wanted)) {
        if (first[unit] < 0) { first[unit] = row; }
        gravest[unit] = Math.min(gravest[unit], table.gravity[table.ruling[row]]);
      }
    }
    const result = {total: 0, days: new Array(settings.days.day.length).fill(0), counties: {}};
    first.forEach((row, unit) => {
      if (row < 0 || table.day[row] < 0 || !settings.days.counted[table.day[row]]) { return; }
      if (!inArea(table.county[row]) || (ruling >= 0 && gravest[unit] !== ruling)) { return; }
      result.days[table.day[row]] += 1;
      if (!inDays(table.day[row]) || !settings.days.compared[table.day[row]]) { return; }
      result.total += 1;
      result.counties[table.county[row]] = (result.counties[table.county[row]] || 0) + 1;
    });
    return result;
  }

  // --- drawing points

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

  function place(view, row) {
    const scale = 256 * Math.pow(2, view.map.getZoom()), origin = view.map.getPixelOrigin();
    return L.point(view.table.x[row] * scale - origin.x, view.table.y[row] * scale - origin.y);
  }

  function paint(view, context, box) {
    const cells = inCells(view), looks = settings.schemes[look.scheme], table = view.table;
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
  const inCells = (view) => settings.light && view.map.getZoom() < settings.style.view.points_zoom;

  function paintCells(view, context) {
    const step = settings.style.density.step_deg, classes = settings.style.density;
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
    context.strokeStyle = settings.style.event.color;
    context.lineWidth = settings.style.event.weight;
    context.stroke();
  }

  const ringRadius = (event) => 5 + 2.2 * Math.sqrt(event.rows.length);

  // Drawn once a look and size: thousands of stamps are faster than thousands of outlines.
  function stampOf(one, radius) {
    const made = stamps.get(one) || {};
    stamps.set(one, made);
    return made[radius] || (made[radius] = drawStamp(one, radius));
  }

  function drawStamp(one, radius) {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    const corners = settings.style.shapes[one.shape], line = one.weight * radius / one.size;
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
  const onWall = () => window.innerWidth >= settings.style.view.wall_px;

  function sizeFactor(on) {
    const view = settings.style.view;
    const share = (on.getZoom() - view.far_zoom) / (view.near_zoom - view.far_zoom);
    return (view.far_size + (view.near_size - view.far_size) * clamp(share, 0, 1)) * (onWall() ? view.wall_size : 1);
  }

  function classed(value, breaks, colours) {
    const place = breaks.findIndex((limit) => value < limit);
    return colours[place < 0 ? breaks.length : place];
  }

  function gather(view) {
    const table = view.table, step = settings.style.density.step_deg, events = {};
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

  // --- everything that follows from filter and look

  function refresh() {
    const now = tally(tables.now), base = tally(tables.base);
    Object.keys(views).forEach((season) => { gather(views[season]); views[season].canvas._update(); });
    shade(now, base);
    tellLooks();
    tellCounts(now, base);
    drawChart(now, base);
    listPoints();
    keepLink();
  }

  function tellCounts(now, base) {
    const known = settings.target !== null;
    byId("fw-counts").textContent = words(known ? "map.counts" : "map.counts_only", {
      shown: grouped(views.now.rows.length), now: grouped(now.total), base: grouped(base.total),
      change: percent(base.total, now.total)
    });
    byId("fw-counts").dataset.counts = JSON.stringify([views.now.rows.length, now.total, base.total]);
    const day = settings.days.day[filter.to] || "";
    byId("fw-day").textContent = filter.from === filter.to ? day : words("map.until", {first: settings.days.day[filter.from] || "", last: day});
    byId("fw-slider").value = filter.to;
    byId("fw-slider").setAttribute("aria-valuetext", day);
    byId("fw-from").value = settings.days.day[filter.from] || "";
    byId("fw-to").value = day;
    Object.keys(views).forEach((season) => {
      const title = views[season].title, days = settings.days[season === "now" ? "day" : "base_day"];
      const known = days.slice(filter.from, filter.to + 1).filter(Boolean);
      title.textContent = words("map.beside_" + season, {
        season: settings.seasons[season], first: known[0] || "", last: known[known.length - 1] || "",
        count: grouped((season === "now" ? now : base).total)
      });
    });
  }

  function tellLooks() {
    const drawn = {}, table = views.now.table, numbers = table["look_" + look.scheme];
    views.now.rows.forEach((row) => { drawn[numbers[row]] = (drawn[numbers[row]] || 0) + 1; });
    settings.schemes[look.scheme].forEach((one, number) => {
      const cell = document.querySelector("[data-drawn='" + look.scheme + "/" + one.key + "']");
      if (cell) { cell.textContent = grouped(drawn[number] || 0); }
    });
  }

  // --- counties in colours

  const SHADES = {
    none: () => null,
    state: (code) => settings.style.states[settings.states[cityOf(code)]] || null,
    count: (code, now) => steps("count", now.counties[code] || 0),
    change: (code, now, base) => (base.counties[code]
      ? steps("change", ((now.counties[code] || 0) / base.counties[code] - 1) * 100) : settings.style.unknown),
    intensity: (code, now) => (settings.cropland[code]
      ? steps("intensity", (now.counties[code] || 0) / settings.cropland[code]) : settings.style.unknown),
    seen: (code) => {
      const share = ((settings.passes[look.pass] || {}).ground || {})[code];
      return share ? settings.style.seen[seenClass(share)] : settings.style.unknown;
    }
  };

  function steps(kind, value) {
    const classes = settings.shadings[kind];
    return {fillColor: classed(value, classes.breaks, classes.colours), fillOpacity: 1};
  }

  // Not seen, mostly under cloud, partly seen, seen clear.
  function seenClass(share) {
    if (share[2] > 0.5) { return "unseen"; }
    return share[0] < 0.3 ? "cloudy" : share[0] < 0.7 ? "partly" : "clear";
  }

  function shade(now, base) {
    const plain = backdropShown() ? {fillOpacity: 0} : {fillColor: settings.style.county.fillColor, fillOpacity: 1};
    Object.keys(areas.counties || {}).forEach((code) => {
      const fill = SHADES[look.shading](code, now, base);
      areas.counties[code].setStyle(fill ? {...fill, fillOpacity: backdropShown() ? 0.5 : fill.fillOpacity} : plain);
      areas.counties[code].facts = {now: now.counties[code] || 0, base: base.counties[code] || 0};
    });
    document.querySelector("[data-cells]").hidden = !(look.density || settings.light);
    document.querySelectorAll("[data-shading]").forEach((part) => {
      part.hidden = part.dataset.shading !== look.shading;
    });
  }

  const backdropShown = () => ["relief", "tiles"].some(
    (role) => (roles[role] || []).some((key) => map.hasLayer(layers[key])));

  // --- the chart of cumulative counts

  function drawChart(now, base) {
    const box = byId("fw-chart"), width = 316, height = 150, left = 34, bottom = 18, days = settings.days;
    if (!box) { return; }
    const sum = (list, part, last) => list.slice(0, last + 1).reduce((sums, value) => {
      sums.push((sums.length ? sums[sums.length - 1] : 0) + value * part);
      return sums;
    }, []);
    const target = settings.target || {num: 0, den: 1}, last = days.counted.lastIndexOf(1);
    const over = days.compared.lastIndexOf(1);
    const lines = {base: sum(base.days, 1, last), limit: sum(base.days, target.num / target.den, last), now: sum(now.days, 1, over)};
    const top = Math.max(1, ...lines.base, ...lines.now), step = niceStep(top);
    const x = (day) => left + (width - left - 6) * day / Math.max(1, days.day.length - 1);
    const y = (value) => height - bottom - (height - bottom - 8) * value / top;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const draw = (tag, attributes, content) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      Object.keys(attributes).forEach((name) => made.setAttribute(name, attributes[name]));
      made.textContent = content || "";
      svg.appendChild(made);
    };
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    svg.setAttribute("role", "img");
    const ends = Object.keys(lines).map((name) => Math.round(lines[name][lines[name].length - 1] || 0));
    svg.setAttribute("aria-label", words("chart.label", {
      area: areaName(filter.county || filter.city) || words("chart.region"), base: ends[0], limit: ends[1], now: ends[2]
    }));
    for (let value = 0; value <= top; value += step) {
      draw("line", {x1: left, x2: width - 6, y1: y(value), y2: y(value), class: "fw-grid"});
      draw("text", {x: left - 4, y: y(value) + 4, "text-anchor": "end"}, grouped(value));
    }
    days.day.forEach((day, index) => {
      if (day.endsWith("-01")) { draw("text", {x: x(index), y: height - 4}, words("chart.month", {month: Number(day.slice(5, 7))})); }
    });
    draw("line", {x1: x(filter.to), x2: x(filter.to), y1: 8, y2: height - bottom, class: "fw-today"});
    Object.keys(lines).forEach((name) => draw("polyline", {
      points: lines[name].map((value, day) => x(day).toFixed(1) + "," + y(value).toFixed(1)).join(" "), class: "fw-line-" + name
    }));
    box.replaceChildren(svg);
  }

  function niceStep(top) {
    const size = Math.pow(10, Math.floor(Math.log10(top / 3 || 1)));
    return Math.max(1, [1, 2, 5, 10].map((factor) => factor * size).find((step) => top / step <= 4));
  }

  // --- what is known of a point, an event, a zone, a county

  function table(rows) {
    const list = element("dl");
    rows.filter((row) => row[1] !== null).forEach((row) => {
      list.appendChild(element("dt", words("popup." + row[0])));
      list.appendChild(element("dd")).appendChild(element("bdi", row[1] || words("popup.none")));
    });
    return list;
  }

  const amount = (value, steps, unit, digits) => (value < 0 ? "" : (value / steps).toFixed(digits) + unit);

  function pointFacts(data, row) {
    const at = decimal(data, row), finding = text(data, "finding", row);
    const hectares = data.finding_ha[row] > 0 ? " " + (data.finding_ha[row] / 100).toFixed(2) + " ha" : "";
    return [
      ["acquired_local", timeText(data.minute[row])],
      ["place", placeName(data, row)],
      ["ruling", label("ruling", text(data, "ruling", row))],
      ["reason", settings.light ? words("popup.left_out") : text(data, "reason", row)],
      ["decimal", at[0].toFixed(5) + ", " + at[1].toFixed(5)],
      ["dms", dms(at[0], "EW") + " " + dms(at[1], "NS")],
      ["gcj", gcj(...at).map((value) => value.toFixed(5)).join(", ")],
      ["platform", label("platform", text(data, "platform", row))],
      ["source", label("source", text(data, "source", row))],
      ["confidence", label("confidence", text(data, "confidence", row))],
      ["frp", amount(data.frp[row], 10, " MW", 1)],
      ["pixel", data.scan[row] > 0 ? amount(data.scan[row], 100, "", 2) + " × " + amount(data.track[row], 100, " km", 2) : null],
      ["cause", label("cause", text(data, "cause", row))],
      ["status", label("status", text(data, "status", row))],
      ["finding", finding ? label("finding", finding) + hectares : null],
      ["finding_reason", finding ? text(data, "finding_reason", row) : null],
      ["counted", words(data.unit[row] < 0 ? "popup.not_counted" : "popup.is_counted")],
      ["event_id", eventId(data, row)],
      ["point_id", settings.light ? words("popup.left_out") : data.point_id[row]]
    ];
  }

  function placeName(data, row) {
    const county = data.county[row];
    return [areaName(cityOf(county)), areaName(county), text(data, "township", row)].filter(Boolean).join(" ");
  }

  function pointPopup(view, rows, index) {
    const data = view.table, row = rows[index], title = settings.schemes.ruling[data.look_ruling[row]];
    const box = element("div", "", {"class": "fw-popup"}), facts = pointFacts(data, row);
    box.appendChild(element("h3", label(title.title || "ruling", text(data, title.title || "ruling", row))));
    if (rows.length > 1) { box.appendChild(pager(view, rows, index)); }
    box.appendChild(pointLinks(data, row, facts));
    box.appendChild(table(facts));
    const picture = settings.pictures[eventId(data, row)];
    if (picture) { box.appendChild(element("img", "", {src: picture, alt: words("popup.picture"), width: 260})); }
    box.appendChild(growth(data, row));
    return box;
  }

  function pointLinks(data, row, facts) {
    const at = decimal(data, row), there = gcj(...at).map((value) => value.toFixed(5));
    const name = words("popup.destination", {place: placeName(data, row)}), links = element("p", "", {"class": "fw-links"});
    const link = (key, href) => links.appendChild(element("a", words(key), {href: href, target: "_blank", rel: "noopener noreferrer"}));
    link("popup.navigate", "https://uri.amap.com/navigation?to=" + there.join(",") + "," + encodeURIComponent(name) + "&mode=car");
    link("popup.phone_map", "geo:" + at[1].toFixed(5) + "," + at[0].toFixed(5));
    links.append(
      button(words("popup.copy_place"), (event) => copy(event.target, at[1].toFixed(5) + ", " + at[0].toFixed(5))),
      button(words("popup.copy_all"), (event) => copy(event.target, facts.filter((fact) => fact[1] !== null)
        .map((fact) => words("popup." + fact[0]) + "：" + fact[1]).join("\n"))),
      button(words("map.copy_link"), (event) => copy(event.target, linkTo(data, row)))
    );
    return links;
  }

  function pager(view, rows, index) {
    const line = element("p", "", {"class": "fw-pager"});
    const go = (step) => openPoint(view, rows, (index + step + rows.length) % rows.length);
    line.append(button("‹", () => go(-1)), words("popup.of", {number: index + 1, count: rows.length}), button("›", () => go(1)));
    line.firstChild.setAttribute("aria-label", words("popup.before"));
    line.lastChild.setAttribute("aria-label", words("popup.after"));
    return line;
  }

  // How the fire grew: one line an overpass, with what was seen until then.
  function growth(data, row) {
    const box = element("details"), passes = new Map();
    for (let other = 0; other < data.count; other += 1) {
      if (data.event_id[other] === data.event_id[row] && data.day[other] <= filter.to) {
        const key = timeText(data.minute[other]) + " " + label("platform", text(data, "platform", other));
        const one = passes.get(key) || {points: 0, frp: 0};
        passes.set(key, {points: one.points + 1, frp: one.frp + Math.max(0, data.frp[other])});
      }
    }
    box.appendChild(element("summary", words("popup.growth", {count: passes.size})));
    const list = box.appendChild(element("ol"));
    let sum = 0;
    passes.forEach((one, key) => {
      sum += one.points;
      list.appendChild(element("li", words("popup.growth_line", {pass: key, points: one.points, sum: sum, frp: (one.frp / 10).toFixed(1)})));
    });
    return box;
  }

  function factsPopup(title, rows) {
    const box = element("div", "", {"class": "fw-popup"});
    box.appendChild(element("h3", title));
    box.appendChild(table(rows));
    return box;
  }

  const POPUPS = {
    zones: (zone) => factsPopup(label("zone_kind", zone.kind), ["name", "notice", "valid", "zone_id"].map((key) => [key, zone[key]])),
    permits: (permit) => factsPopup(words("layer.permits"), ["number", "issuer", "name", "valid", "conditions"].map((key) => [key, permit[key]])),
    counties: (county, layer) => {
      const facts = layer.facts, kha = settings.cropland[county.adcode];
      const share = ((settings.passes[look.pass] || {}).ground || {})[county.adcode];
      return factsPopup(areaName(cityOf(county.adcode)) + " " + areaName(county.adcode), [
        ["now", grouped(facts.now)], ["base", grouped(facts.base)], ["change", percent(facts.base, facts.now)],
        ["intensity", kha ? (facts.now / kha).toFixed(2) : null],
        ["seen", share ? words("popup.seen_shares", {clear: Math.round(share[0] * 100), cloudy: Math.round(share[1] * 100), unseen: Math.round(share[2] * 100)}) : null]
      ]);
    }
  };

  function open(on, content, at) {
    // Beside a popup there is room for the buttons of the map.
    const width = Math.min(320, on.getSize().x - 90);
    L.popup({maxWidth: width, autoPanPaddingTopLeft: [12, 12], autoPanPaddingBottomRight: [52, 12]}).setLatLng(at).setContent(content).openOn(on);
  }

  function openPoint(view, rows, index) {
    const at = decimal(view.table, rows[index]);
    open(view.map, pointPopup(view, rows, index), [at[1], at[0]]);
    footprint(view, rows[index]);
  }

  // The ground that one pixel of the sensor covers.
  function footprint(view, row) {
    const data = view.table, at = decimal(data, row);
    if (view.pixel) { view.pixel.remove(); }
    if (data.scan[row] <= 0) { return; }
    const degree = EARTH_KM * Math.PI / 180, high = data.track[row] / 200 / degree;
    const wide = data.scan[row] / 200 / degree / Math.cos(at[1] * Math.PI / 180);
    view.pixel = L.rectangle([[at[1] - high, at[0] - wide], [at[1] + high, at[0] + wide]], settings.style.footprint).addTo(view.map);
  }

  // Points lie above events, those above areas; what lies on top answers.
  function answer(view, event) {
    if (measuring) { measuring.add(event.latlng); return true; }
    const at = view.map.latLngToLayerPoint(event.latlng), reach = L.Browser.mobile ? 16 : 9;
    const hits = inCells(view) ? [] : view.rows.map((row) => [place(view, row).distanceTo(at), row])
      .filter((hit) => hit[0] <= reach).sort((a, b) => a[0] - b[0]).map((hit) => hit[1]);
    const rings = look.events ? view.events : [];
    const grown = rings.find((one) => view.map.latLngToLayerPoint([one.lat, one.lon]).distanceTo(at) <= ringRadius(one));
    const rows = hits.length ? hits : grown ? grown.rows : [];
    if (rows.length) { openPoint(view, rows, 0); }
    return rows.length > 0;
  }

  // --- layers that are areas, lines and names

  function names(data, className) {
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
      if (!answer(views.now, event)) { open(map, POPUPS[role](event.layer.feature.properties, event.layer), event.latlng); }
    });
    return shapes;
  }

  const draw = {
    counties: (data) => [polygons(data, "counties", settings.style.county, areas.counties = {}), names(data.places, "fw-label fw-county")],
    cities: (data) => [polygons(data, "cities", settings.style.city, areas.cities = {}), names(data.places, "fw-label fw-city")],
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
    if (!map.attributionControl) { map.attributionControl = L.control.attribution({prefix: false}).addTo(map); }
    const made = new (data.gcj02 ? ShiftedTiles : L.TileLayer)(url, {
      subdomains: data.subdomains, maxZoom: settings.style.view.max_zoom, maxNativeZoom: data.max_zoom, attribution: data.attribution,
      // The page tells nobody where it lies; some tile servers refuse who says nothing at all.
      referrerPolicy: "origin"
    });
    made.on("tileerror", () => { byId("fw-tiles-fail").hidden = false; });
    made.on("tileload", () => { byId("fw-tiles-fail").hidden = true; });
    return made;
  }

  // Areas lie below points whatever was switched on last.
  function stack() {
    ["cities", "permits", "zones", "rivers", "counties"].forEach((role) => (roles[role] || []).forEach((key) => {
      if (map.hasLayer(layers[key])) { layers[key].borders.bringToBack(); }
    }));
  }

  function show(key, wanted) {
    if (wanted) { map.addLayer(layers[key]); } else { map.removeLayer(layers[key]); }
    stack();
    shade(tally(tables.now), tally(tables.base));
  }

  function add(key, role, shown) {
    const parts = draw[role](read("data-" + key));
    layers[key] = L.layerGroup(parts);
    layers[key].borders = parts[0];
    (roles[role] = roles[role] || []).push(key);
    if (shown) { map.addLayer(layers[key]); }
  }

  // --- the same days of last year beside

  function makeView(season, id) {
    const options = {preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25,
      minZoom: settings.style.view.min_zoom, maxZoom: settings.style.view.max_zoom};
    const on = L.map(id, options).setView(settings.centre, settings.style.view.start_zoom);
    const view = {map: on, table: tables[season], rows: [], events: [], cells: {}, title: byId("fw-title-" + season)};
    on.createPane("points").style.zIndex = 450;
    view.canvas = new PointCanvas({pane: "points", padding: 0.1});
    view.canvas.addTo(on);
    view.canvas.view = view;
    on.on("click", (event) => answer(view, event));
    views[season] = view;
    return view;
  }

  function beside(wanted) {
    const bounds = map.getBounds();
    byId("fw-base").hidden = byId("fw-title-now").hidden = byId("fw-title-base").hidden = !wanted;
    byId("fw-beside").setAttribute("aria-pressed", String(wanted));
    map.invalidateSize({animate: false});
    map.fitBounds(bounds, {animate: false});
    if (!wanted) {
      if (views.base) { map.unsync(views.base.map); views.base.map.remove(); delete views.base; }
    } else if (!views.base) {
      const other = makeView("base", "fw-base-map");
      ["counties", "cities"].filter((role) => areas[role]).forEach((role) => {
        const data = read("data-" + role);
        L.geoJSON(data.polygons, {style: settings.style[role === "cities" ? "city" : "county"], interactive: false}).addTo(other.map);
        if (role === "cities") { names(data.places, "fw-label fw-city").addTo(other.map); }
      });
      other.map.setView(map.getCenter(), map.getZoom(), {animate: false});
      map.sync(other.map);
      other.map.sync(map);
    }
    refresh();
  }

  // --- time

  function setDays(from, to) {
    const last = settings.days.day.length - 1;
    filter.to = clamp(to, 0, Math.max(last, 0));
    filter.from = clamp(from, 0, filter.to);
    refresh();
  }

  const onlyDay = () => byId("fw-only").checked;
  const slideTo = (day) => setDays(onlyDay() ? day : 0, day);

  function play() {
    const start = byId("fw-play");
    if (timer) { clearInterval(timer); timer = null; } else {
      if (filter.to >= settings.days.day.length - 1) { slideTo(0); }
      timer = setInterval(() => {
        slideTo(filter.to + 1);
        if (filter.to >= settings.days.day.length - 1) { play(); }
      }, settings.style.view.play_ms);
    }
    start.setAttribute("aria-pressed", String(timer !== null));
    start.textContent = timer ? "❚❚" : "▶";
  }

  // --- finding

  function find(query) {
    const wanted = query.trim().toLowerCase(), found = [];
    if (!wanted) { return found; }
    const at = coordinates(wanted);
    if (at) {
      const hinted = /amap|gcj|qq|tencent|weixin|高德|腾讯|微信/.test(wanted);
      const both = [["map.found_wgs", at], ["map.found_gcj", fromGcj(...at)]];
      (hinted ? both.reverse() : both).forEach((one) => found.push({
        name: words(one[0], {place: one[1].map((value) => value.toFixed(5)).join(", ")}), go: () => goTo(one[1])
      }));
    }
    Object.keys(settings.names).filter((code) => settings.names[code].toLowerCase().includes(wanted)).forEach((code) => {
      const shape = (areas.cities || {})[code] || (areas.counties || {})[code], city = areaName(cityOf(code));
      found.push({name: [city, settings.names[code]].filter(Boolean).join(" "), go: () => {
        if (shape) { zoomTo(shape.getBounds()); }
        chooseArea(Number(code));
      }});
    });
    return [...found, ...townships(wanted), ...identified(wanted)].slice(0, settings.style.view.most_found);
  }

  function townships(wanted) {
    const seen = {}, data = tables.now;
    (data.words.township || []).forEach((name, code) => {
      if (name && name.toLowerCase().includes(wanted)) { seen[code] = []; }
    });
    for (let row = 0; row < data.count && Object.keys(seen).length; row += 1) {
      if (seen[data.township[row]]) { seen[data.township[row]].push(row); }
    }
    return Object.keys(seen).filter((code) => seen[code].length).map((code) => ({
      name: placeName(data, seen[code][0]), go: () => goTo(decimal(data, seen[code][0]))
    }));
  }

  function identified(wanted) {
    const found = [], ids = tables.now.point_id || [];
    const plain = wanted.replace(/^e_/, "");
    for (let row = 0; row < ids.length && found.length < 10; row += 1) {
      if (plain.length > 3 && ids[row].toLowerCase().includes(plain)) { found.push({name: ids[row], go: () => goToPoint(row)}); }
    }
    return found;
  }

  function goTo(at) {
    map.setView([at[1], at[0]], Math.max(map.getZoom(), settings.style.view.found_zoom), {animate: false});
    L.circleMarker([at[1], at[0]], settings.style.found).addTo(map).bindTooltip(dms(at[0], "EW") + " " + dms(at[1], "NS")).openTooltip();
  }

  function goToPoint(row) {
    const at = decimal(tables.now, row);
    map.setView([at[1], at[0]], Math.max(map.getZoom(), settings.style.view.found_zoom), {animate: false});
    openPoint(views.now, [row], 0);
  }

  function tellFound() {
    const box = byId("fw-found"), found = find(byId("fw-search").value);
    box.replaceChildren(...found.map((one) => {
      const item = element("li");
      item.appendChild(button(one.name, () => { leavePanel(); one.go(); }));
      return item;
    }));
    if (!found.length && byId("fw-search").value.trim()) { box.appendChild(element("li", words("map.nothing_found"))); }
  }

  function listPoints() {
    const view = views.now, rows = view.rows.slice(-settings.style.view.most_listed).reverse();
    byId("fw-list").replaceChildren(...rows.map((row) => {
      const item = element("li"), name = timeText(view.table.minute[row]) + " " + placeName(view.table, row);
      item.appendChild(button(name + " · " + label("ruling", text(view.table, "ruling", row)), () => { leavePanel(); goToPoint(row); }));
      return item;
    }));
  }

  // --- export, copy, link

  function records() {
    const data = views.now.table;
    return views.now.rows.map((row) => {
      const at = decimal(data, row), made = {
        point_id: data.point_id ? data.point_id[row] : "", event_id: eventId(data, row),
        acquired_local: timeText(data.minute[row]), lon: at[0], lat: at[1],
        city: areaName(cityOf(data.county[row])), county: areaName(data.county[row])
      };
      ["township", "ruling", "reason", "source", "platform", "confidence", "cause", "status", "finding"].forEach((name) => { made[name] = text(data, name, row); });
      return {...made, frp_mw: data.frp[row] < 0 ? null : data.frp[row] / 10, counted: data.unit[row] >= 0, data_note: settings.data_note};
    });
  }

  // A spreadsheet must not take a text for a formula.
  function csvCell(value) {
    const plain = value === null ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain;
    return /[",\r\n]/.test(safe) ? "\"" + safe.replace(/"/g, "\"\"") + "\"" : safe;
  }

  function asCsv(rows) {
    const heads = Object.keys(rows[0] || {point_id: ""});
    return "\ufeff" + [heads, ...rows.map((row) => heads.map((name) => row[name]))]
      .map((cells) => cells.map(csvCell).join(",")).join("\r\n") + "\r\n";
  }

  function asGeoJson(rows) {
    return JSON.stringify({type: "FeatureCollection", features: rows.map((row) => ({
      type: "Feature", properties: row, geometry: {type: "Point", coordinates: [row.lon, row.lat]}
    }))});
  }

  function save(content, type, suffix) {
    const link = element("a", "", {href: URL.createObjectURL(new Blob([content], {type: type})), download: settings.file_name + suffix});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function copy(by, content) {
    const told = (key) => { by.textContent = words(key); };
    const typed = () => {
      const box = document.body.appendChild(element("textarea"));
      box.value = content;
      box.select();
      told(document.execCommand("copy") ? "map.copied" : "map.copy_failed");
      box.remove();
    };
    // A page from an intranet without encryption has no clipboard of its own.
    if (navigator.clipboard && window.isSecureContext) { navigator.clipboard.writeText(content).then(() => told("map.copied"), typed); } else { typed(); }
  }

  function view() {
    const centre = map.getCenter(), days = settings.days.day;
    const parts = {map: [map.getZoom(), centre.lat.toFixed(5), centre.lng.toFixed(5)].join("/"),
      from: days[filter.from] || "", to: days[filter.to] || "", scheme: look.scheme, shading: look.shading};
    ["city", "county", "ruling", ...ATTRIBUTES].forEach((name) => { if (filter[name]) { parts[name] = filter[name]; } });
    return parts;
  }

  function linkTo(data, row) {
    const at = decimal(data, row), parts = {...view(), map: [settings.style.view.found_zoom, at[1].toFixed(5), at[0].toFixed(5)].join("/")};
    if (data.point_id) { parts.point = data.point_id[row]; }
    return location.href.split("#")[0] + "#" + new URLSearchParams(parts);
  }

  function keepLink() {
    try { history.replaceState(null, "", "#" + new URLSearchParams(view())); } catch (refused) { /* Some viewers keep no history. */ }
  }

  function follow() {
    const parts = new URLSearchParams(location.hash.slice(1)), days = settings.days.day;
    const at = (parts.get("map") || "").split("/").map(Number);
    ["city", "county"].forEach((name) => { filter[name] = Number(parts.get(name)) || 0; });
    ["ruling", ...ATTRIBUTES].forEach((name) => { filter[name] = parts.get(name) || ""; });
    if (parts.get("scheme") in settings.schemes) { look.scheme = parts.get("scheme"); }
    if (parts.get("shading") in SHADES) { look.shading = parts.get("shading"); }
    const from = days.indexOf(parts.get("from")), to = days.indexOf(parts.get("to"));
    filter.from = from < 0 ? 0 : from;
    filter.to = to < 0 ? Math.max(0, days.length - 1) : Math.max(to, filter.from);
    if (at.length === 3 && at.every(Number.isFinite)) { map.setView([at[1], at[2]], at[0], {animate: false}); }
    tellControls();
    refresh();
    const row = parts.get("point") ? (tables.now.point_id || []).indexOf(parts.get("point")) : -1;
    if (row >= 0) { goToPoint(row); }
  }

  // --- measuring

  function measure() {
    const start = byId("fw-measure"), wanted = !measuring;
    if (measuring) { measuring.line.remove(); measuring = null; } else {
      const line = L.polygon([], settings.style.measure).addTo(map), corners = [];
      measuring = {line: line, add: (at) => { corners.push(at); line.setLatLngs(corners); tellLength(corners); }};
    }
    start.setAttribute("aria-pressed", String(wanted));
    map.getContainer().classList.toggle("fw-measuring", wanted);
    byId("fw-measured").textContent = wanted ? words("map.measure_help") : "";
  }

  function tellLength(corners) {
    const km = corners.slice(1).reduce((sum, at, index) => sum + map.distance(corners[index], at) / 1000, 0);
    byId("fw-measured").textContent = words("map.measured", {km: km.toFixed(2), ha: (areaKm2(corners) / KM2_A_HA).toFixed(1)});
  }

  // Area of a small polygon on the sphere (Chamberlain and Duquette 2007, eq. 14).
  function areaKm2(corners) {
    const radian = Math.PI / 180;
    const sum = corners.reduce((total, at, index) => {
      const next = corners[(index + 1) % corners.length];
      return total + (next.lng - at.lng) * radian * (2 + Math.sin(at.lat * radian) + Math.sin(next.lat * radian));
    }, 0);
    return Math.abs(sum) * EARTH_KM * EARTH_KM / 2;
  }

  // --- controls

  function zoomTo(bounds) {
    // Not animated: Leaflet ignores a request that comes while an earlier zoom still moves.
    map.fitBounds(bounds, {padding: [8, 8], animate: false});
  }

  function chooseArea(code) {
    const isCity = Object.values(settings.city_of).includes(code);
    filter.city = isCity ? code : cityOf(code);
    filter.county = isCity ? 0 : code;
    tellControls();
    refresh();
  }

  function tellControls() {
    document.querySelectorAll("[data-filter]").forEach((box) => { box.value = filter[box.dataset.filter] || ""; });
    document.querySelectorAll("#fw-county option[data-city]").forEach((option) => {
      option.hidden = Boolean(filter.city) && Number(option.dataset.city) !== filter.city;
    });
    byId("fw-scheme").value = look.scheme;
    byId("fw-shading").value = look.shading;
    document.querySelectorAll("[data-scheme]").forEach((part) => { part.hidden = part.dataset.scheme !== look.scheme; });
  }

  function leavePanel() {
    if (window.innerWidth <= 760 && document.body.classList.contains("fw-opened")) { byId("fw-open").click(); }
  }

  function on(selector, type, does) {
    document.querySelectorAll(selector).forEach((box) => box.addEventListener(type, () => does(box)));
  }

  function listenFilters() {
    on("[data-filter]", "change", (box) => {
      const name = box.dataset.filter, number = name === "city" || name === "county";
      if (number) { chooseArea(Number(box.value) || (name === "county" ? filter.city : 0)); } else { filter[name] = box.value; refresh(); }
    });
    on("#fw-from, #fw-to", "change", () => {
      const from = settings.days.day.indexOf(byId("fw-from").value), to = settings.days.day.indexOf(byId("fw-to").value);
      setDays(from < 0 ? 0 : from, to < 0 ? settings.days.day.length - 1 : to);
    });
    on("#fw-all", "click", () => {
      ["ruling", ...ATTRIBUTES].forEach((name) => { filter[name] = ""; });
      filter.from = 0;
      filter.to = Math.max(0, settings.days.day.length - 1);
      chooseArea(0);
    });
    on("button[data-city]", "click", (box) => {
      const shape = (areas.cities || {})[box.dataset.city];
      leavePanel();
      if (shape) { zoomTo(shape.getBounds()); }
      chooseArea(Number(box.dataset.city));
    });
  }

  function listenLayers() {
    on("input[data-layer]", "change", (box) => show(box.dataset.layer, box.checked));
    on("input[data-look]", "change", (box) => { hidden[box.checked ? "delete" : "add"](box.dataset.look); refresh(); });
    on("input[data-extra]", "change", (box) => { look[box.dataset.extra] = box.checked; refresh(); });
    on("#fw-scheme", "change", (box) => { look.scheme = box.value; tellControls(); refresh(); });
    on("#fw-shading", "change", (box) => { look.shading = box.value; refresh(); });
    on("#fw-pass", "change", (box) => { look.pass = Number(box.value); refresh(); });
  }

  function listenTools() {
    on("#fw-slider", "input", (box) => slideTo(Number(box.value)));
    on("#fw-only", "change", () => slideTo(filter.to));
    on("#fw-play", "click", play);
    on("#fw-beside", "click", (box) => beside(box.getAttribute("aria-pressed") !== "true"));
    on("#fw-search", "input", tellFound);
    on("#fw-measure", "click", measure);
    on("#fw-print", "click", print);
    on("#fw-copy", "click", (box) => copy(box, location.href));
    on("#fw-csv", "click", () => save(asCsv(records()), "text/csv;charset=utf-8", ".csv"));
    on("#fw-geojson", "click", () => save(asGeoJson(records()), "application/geo+json", ".geojson"));
    on("#fw-full", "click", () => {
      if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen(); }
    });
    on("#fw-open", "click", (box) => {
      box.setAttribute("aria-expanded", String(document.body.classList.toggle("fw-opened")));
      map.invalidateSize();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && measuring) { measure(); }
      if (event.key === "Escape" && document.body.classList.contains("fw-sheet")) { sheet(false); }
      if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) { event.preventDefault(); byId("fw-search").focus(); }
    });
    window.addEventListener("afterprint", () => sheet(false));
  }

  // The sheet has a size of its own, to which the map is fitted and from which it comes back.
  function sheet(wanted) {
    const bounds = map.getBounds();
    if (document.body.classList.toggle("fw-sheet", wanted) !== wanted) { return; }
    map.invalidateSize({animate: false});
    map.fitBounds(bounds, {animate: false});
  }

  // Canvases are printed as last painted: the sheet is painted before it is printed.
  function print() {
    sheet(true);
    requestAnimationFrame(() => requestAnimationFrame(() => window.print()));
  }

  function start(id) {
    settings = read("firewatch-settings");
    const raw = read("data-points"), view = settings.style.view;
    tables = {now: opened(raw.now), base: opened(raw.base)};
    map = makeView("now", id).map;
    byId(id).setAttribute("aria-label", words("map.label"));
    L.control.zoom({position: "topright", zoomInTitle: words("map.zoom_in"), zoomOutTitle: words("map.zoom_out")}).addTo(map);
    L.control.scale({imperial: false, position: "bottomright"}).addTo(map);
    const near = () => map.getContainer().classList.toggle("fw-near", map.getZoom() >= view.names_zoom + (onWall() ? 1 : 0));
    map.on("zoomend", near);
    if (settings.bounds) { zoomTo(settings.bounds); }
    near();
    return map;
  }

  function ready() {
    stack();
    listenFilters();
    listenLayers();
    listenTools();
    document.querySelectorAll("input[data-look]:not(:checked)").forEach((box) => hidden.add(box.dataset.look));
    look.shading = byId("fw-shading").value;
    follow();
    map.on("moveend", keepLink);
    window.addEventListener("hashchange", () => { if (location.hash.includes("=")) { follow(); } });
  }

  return {start, add, ready, layers, views, dms, gcj, fromGcj, coordinates, percent, csvCell, areaKm2, tally, find, records};
})();
