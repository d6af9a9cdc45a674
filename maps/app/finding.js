// Search, and going to what it found.
import {areas, button, byId, element, label, page, views, words} from "./page.js";
import {chooseArea, leavePanel} from "./panel.js";
import {coordinates, dms, fromGcj} from "./places.js";
import {openPoint, placeName} from "./popups.js";
import {areaName, cityOf, decimal, text, timeText} from "./tables.js";

export function find(query) {
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
  Object.keys(page.settings.names).forEach((code) => {
    const shape = (areas.cities || {})[code] || (areas.counties || {})[code];
    const parts = [areaName(cityOf(code)), areaName(code)];
    if (!reaches(parts, wanted)) { return; }
    found.push({name: fullName(parts), go: () => {
      if (shape) { zoomTo(shape.getBounds()); }
      chooseArea(Number(code));
    }});
  });
  return [...found, ...townships(wanted), ...identified(wanted)].slice(0, page.settings.style.view.most_found);
}

function townships(wanted) {
  return page.settings.townships.map(([name, county, lon, lat]) => ({
    parts: [areaName(cityOf(county)), areaName(county), name], go: () => goTo([lon, lat])
  })).filter((one) => reaches(one.parts, wanted)).map((one) => ({name: fullName(one.parts), go: one.go}));
}

const fullName = (parts) => parts.filter(Boolean).join(" ");

// A whole address may be pasted: what is found ends within the place's own name.
function reaches(parts, wanted) {
  const bare = parts.map((part) => part.replace(/\s+/g, "").toLowerCase()), full = bare.join("");
  const plain = wanted.replace(/\s+/g, ""), at = full.lastIndexOf(plain);
  return at >= 0 && at + plain.length > full.length - bare[bare.length - 1].length;
}

function identified(wanted) {
  const found = [], ids = page.tables.now.point_id || [];
  const plain = wanted.replace(/^e_/, "");
  for (let row = 0; row < ids.length && found.length < 10; row += 1) {
    if (plain.length > 3 && ids[row].toLowerCase().includes(plain)) { found.push({name: ids[row], go: () => goToPoint(row)}); }
  }
  return found;
}

function goTo(at) {
  page.map.setView([at[1], at[0]], Math.max(page.map.getZoom(), page.settings.style.view.found_zoom), {animate: false});
  L.circleMarker([at[1], at[0]], page.settings.style.found).addTo(page.map).bindTooltip(dms(at[0], "EW") + " " + dms(at[1], "NS")).openTooltip();
}

export function goToPoint(row) {
  const at = decimal(page.tables.now, row);
  page.map.setView([at[1], at[0]], Math.max(page.map.getZoom(), page.settings.style.view.found_zoom), {animate: false});
  openPoint(views.now, [row], 0);
}

export function tellFound() {
  const box = byId("fw-found"), found = find(byId("fw-search").value);
  box.replaceChildren(...found.map((one) => {
    const item = element("li");
    item.appendChild(button(one.name, () => { leavePanel(); one.go(); }));
    return item;
  }));
  if (!found.length && byId("fw-search").value.trim()) { box.appendChild(element("li", words("map.nothing_found"))); }
}

export function listPoints() {
  const view = views.now, rows = view.rows.slice(-page.settings.style.view.most_listed).reverse();
  byId("fw-list").replaceChildren(...rows.map((row) => {
    const item = element("li"), name = timeText(view.table.minute[row]) + " " + placeName(view.table, row);
    item.appendChild(button(name + " · " + label("ruling", text(view.table, "ruling", row)), () => { leavePanel(); goToPoint(row); }));
    return item;
  }));
}

export function zoomTo(bounds) {
  // Not animated: Leaflet ignores a request that comes while an earlier zoom still moves.
  page.map.fitBounds(bounds, {padding: [8, 8], animate: false});
}
