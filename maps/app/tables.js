// The points as columns, what passes the filter, and what counts: a unit counts once, in the
// county and on the day of its first point, under the gravest ruling among its points.
import {ATTRIBUTES, filter, hidden, look, page, words} from "./page.js";

const ARRAYS = {i4: Int32Array, i2: Int16Array, u1: Uint8Array};
const BEIJING_MIN = 480;

function decoded(column) {
  const text = atob(column.base64), bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place += 1) { bytes[place] = text.charCodeAt(place); }
  return new ARRAYS[column.type](bytes.buffer);
}

export function opened(raw) {
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
  const gravity = table.words.ruling.map((code) => page.settings.gravity.indexOf(code));
  table.gravity = gravity.map((rank) => (rank < 0 ? page.settings.gravity.length - 1 : rank));
  return table;
}

export function text(table, name, row) {
  return table.words[name] ? String(table.words[name][table[name][row]]) : (table[name] || "")[row] || "";
}

export function eventId(table, row) {
  const named = table.words.event_id[table.event_id[row]];
  if (typeof named === "string") { return named; }
  return table.point_id ? "E_" + table.point_id[named] : words("popup.left_out");
}

export function timeText(minute) {
  return new Date((minute + BEIJING_MIN) * 60000).toISOString().slice(0, 16).replace("T", " ");
}

export const cityOf = (county) => page.settings.city_of[county] || 0;
export const areaName = (code) => page.settings.names[code] || "";
export const decimal = (table, row) => [table.lon[row] / 1e5, table.lat[row] / 1e5];

// Codes of a table for the wanted words: -1 passes everything, -2 nothing.
function wantedCodes(table) {
  return [...ATTRIBUTES, "ruling"].map((name) => {
    const place = filter[name] ? table.words[name].indexOf(filter[name]) : -1;
    return {codes: table[name], wanted: filter[name] && place < 0 ? -2 : place};
  });
}

const inArea = (county) => (filter.county ? county === filter.county : !filter.city || cityOf(county) === filter.city);
const inDays = (day) => day >= filter.from && day <= filter.to;

export function shownRows(table) {
  const wanted = wantedCodes(table), looks = table["look_" + look.scheme], rows = [];
  const off = page.settings.schemes[look.scheme].map((one) => hidden.has(look.scheme + "/" + one.key));
  for (let row = 0; row < table.count; row += 1) {
    if (!off[looks[row]] && inDays(table.day[row]) && inArea(table.county[row])
      && wanted.every((one) => one.wanted === -1 || one.codes[row] === one.wanted)) { rows.push(row); }
  }
  return rows;
}

export function tally(table) {
  const wanted = wantedCodes(table), ruling = filter.ruling ? page.settings.gravity.indexOf(filter.ruling) : -1;
  const first = new Int32Array(table.units).fill(-1), gravest = new Uint8Array(table.units).fill(255);
  wanted.pop();
  for (let row = 0; row < table.count; row += 1) {
    const unit = table.unit[row];
    if (unit >= 0 && wanted.every((one) => one.wanted === -1 || one.codes[row] === one.wanted)) {
      if (first[unit] < 0) { first[unit] = row; }
      gravest[unit] = Math.min(gravest[unit], table.gravity[table.ruling[row]]);
    }
  }
  const result = {total: 0, days: new Array(page.settings.days.day.length).fill(0), counties: {}};
  first.forEach((row, unit) => {
    if (row < 0 || table.day[row] < 0 || !page.settings.days.counted[table.day[row]]) { return; }
    if (!inArea(table.county[row]) || (ruling >= 0 && gravest[unit] !== ruling)) { return; }
    result.days[table.day[row]] += 1;
    if (!inDays(table.day[row]) || !page.settings.days.compared[table.day[row]]) { return; }
    result.total += 1;
    result.counties[table.county[row]] = (result.counties[table.county[row]] || 0) + 1;
  });
  return result;
}
