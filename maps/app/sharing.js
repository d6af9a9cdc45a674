// Files of what is shown, copies, and the address that keeps the view.
import {SHADES} from "./areas.js";
import {goToPoint} from "./finding.js";
import {ATTRIBUTES, element, filter, look, page, views, words} from "./page.js";
import {tellControls} from "./panel.js";
import {areaName, cityOf, decimal, eventId, text, timeText} from "./tables.js";
import {refresh} from "./telling.js";

export function records() {
  const data = views.now.table;
  return views.now.rows.map((row) => {
    const at = decimal(data, row), made = {
      point_id: data.point_id ? data.point_id[row] : "", event_id: eventId(data, row),
      acquired_local: timeText(data.minute[row]), lon: at[0], lat: at[1],
      city: areaName(cityOf(data.county[row])), county: areaName(data.county[row])
    };
    ["township", "ruling", "reason", "source", "platform", "confidence", "cause", "status", "finding"].forEach((name) => { made[name] = text(data, name, row); });
    return {...made, frp_mw: data.frp[row] < 0 ? null : data.frp[row] / 10, counted: data.unit[row] >= 0, data_note: page.settings.data_note};
  });
}

// A spreadsheet must not take a text for a formula.
export function csvCell(value) {
  const plain = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain;
  return /[",\r\n]/.test(safe) ? "\"" + safe.replace(/"/g, "\"\"") + "\"" : safe;
}

export function asCsv(rows) {
  const heads = Object.keys(rows[0] || {point_id: ""});
  return "\ufeff" + [heads, ...rows.map((row) => heads.map((name) => row[name]))]
    .map((cells) => cells.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

export function asGeoJson(rows) {
  return JSON.stringify({type: "FeatureCollection", features: rows.map((row) => ({
    type: "Feature", properties: row, geometry: {type: "Point", coordinates: [row.lon, row.lat]}
  }))});
}

export function save(content, type, suffix) {
  const link = element("a", "", {href: URL.createObjectURL(new Blob([content], {type: type})), download: page.settings.file_name + suffix});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

export function copy(by, content) {
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
  const centre = page.map.getCenter(), days = page.settings.days.day;
  const parts = {map: [page.map.getZoom(), centre.lat.toFixed(5), centre.lng.toFixed(5)].join("/"),
    from: days[filter.from] || "", to: days[filter.to] || "", scheme: look.scheme, shading: look.shading};
  ["city", "county", "ruling", ...ATTRIBUTES].forEach((name) => { if (filter[name]) { parts[name] = filter[name]; } });
  return parts;
}

export function linkTo(data, row) {
  const at = decimal(data, row), parts = {...view(), map: [page.settings.style.view.found_zoom, at[1].toFixed(5), at[0].toFixed(5)].join("/")};
  if (data.point_id) { parts.point = data.point_id[row]; }
  return location.href.split("#")[0] + "#" + new URLSearchParams(parts);
}

export function keepLink() {
  try { history.replaceState(null, "", "#" + new URLSearchParams(view())); } catch (refused) { /* Some viewers keep no history. */ }
}

export function follow() {
  const parts = new URLSearchParams(location.hash.slice(1)), days = page.settings.days.day;
  const at = (parts.get("map") || "").split("/").map(Number);
  ["city", "county"].forEach((name) => { filter[name] = Number(parts.get(name)) || 0; });
  ["ruling", ...ATTRIBUTES].forEach((name) => { filter[name] = parts.get(name) || ""; });
  if (parts.get("scheme") in page.settings.schemes) { look.scheme = parts.get("scheme"); }
  if (parts.get("shading") in SHADES) { look.shading = parts.get("shading"); }
  const from = days.indexOf(parts.get("from")), to = days.indexOf(parts.get("to"));
  filter.from = from < 0 ? 0 : from;
  filter.to = to < 0 ? Math.max(0, days.length - 1) : Math.max(to, filter.from);
  if (at.length === 3 && at.every(Number.isFinite)) { page.map.setView([at[1], at[2]], at[0], {animate: false}); }
  tellControls();
  refresh();
  const row = parts.get("point") ? (page.tables.now.point_id || []).indexOf(parts.get("point")) : -1;
  if (row >= 0) { goToPoint(row); }
}
