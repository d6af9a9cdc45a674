// The controls of the panel and of the map, measuring and the sheet for printing.
import {show} from "./areas.js";
import {tellFound, zoomTo} from "./finding.js";
import {areas, ATTRIBUTES, byId, filter, hidden, look, page, words} from "./page.js";
import {areaKm2} from "./places.js";
import {asCsv, asGeoJson, copy, records, save} from "./sharing.js";
import {cityOf} from "./tables.js";
import {refresh} from "./telling.js";
import {beside, play, setDays, slideTo} from "./time.js";

const KM2_A_HA = 0.01;

function measure() {
  const start = byId("fw-measure"), wanted = !page.measuring;
  if (page.measuring) { page.measuring.line.remove(); page.measuring = null; } else {
    const line = L.polygon([], page.settings.style.measure).addTo(page.map), corners = [];
    page.measuring = {line: line, add: (at) => { corners.push(at); line.setLatLngs(corners); tellLength(corners); }};
  }
  start.setAttribute("aria-pressed", String(wanted));
  page.map.getContainer().classList.toggle("fw-measuring", wanted);
  byId("fw-measured").textContent = wanted ? words("map.measure_help") : "";
}

function tellLength(corners) {
  const km = corners.slice(1).reduce((sum, at, index) => sum + page.map.distance(corners[index], at) / 1000, 0);
  byId("fw-measured").textContent = words("map.measured", {km: km.toFixed(2), ha: (areaKm2(corners) / KM2_A_HA).toFixed(1)});
}

export function chooseArea(code) {
  const isCity = Object.values(page.settings.city_of).includes(code);
  filter.city = isCity ? code : cityOf(code);
  filter.county = isCity ? 0 : code;
  tellControls();
  refresh();
}

export function tellControls() {
  document.querySelectorAll("[data-filter]").forEach((box) => { box.value = filter[box.dataset.filter] || ""; });
  document.querySelectorAll("#fw-county option[data-city]").forEach((option) => {
    option.hidden = Boolean(filter.city) && Number(option.dataset.city) !== filter.city;
  });
  byId("fw-scheme").value = look.scheme;
  byId("fw-shading").value = look.shading;
  document.querySelectorAll("[data-scheme]").forEach((part) => { part.hidden = part.dataset.scheme !== look.scheme; });
}

export function leavePanel() {
  if (window.innerWidth <= 760 && document.body.classList.contains("fw-opened")) { byId("fw-open").click(); }
}

function on(selector, type, does) {
  document.querySelectorAll(selector).forEach((box) => box.addEventListener(type, () => does(box)));
}

export function listenFilters() {
  on("[data-filter]", "change", (box) => {
    const name = box.dataset.filter, number = name === "city" || name === "county";
    if (number) { chooseArea(Number(box.value) || (name === "county" ? filter.city : 0)); } else { filter[name] = box.value; refresh(); }
  });
  on("#fw-from, #fw-to", "change", () => {
    const from = page.settings.days.day.indexOf(byId("fw-from").value), to = page.settings.days.day.indexOf(byId("fw-to").value);
    setDays(from < 0 ? 0 : from, to < 0 ? page.settings.days.day.length - 1 : to);
  });
  on("#fw-all", "click", () => {
    ["ruling", ...ATTRIBUTES].forEach((name) => { filter[name] = ""; });
    filter.from = 0;
    filter.to = Math.max(0, page.settings.days.day.length - 1);
    chooseArea(0);
  });
  on("button[data-city]", "click", (box) => {
    const shape = (areas.cities || {})[box.dataset.city];
    leavePanel();
    if (shape) { zoomTo(shape.getBounds()); }
    chooseArea(Number(box.dataset.city));
  });
}

export function listenLayers() {
  on("input[data-layer]", "change", (box) => show(box.dataset.layer, box.checked));
  on("input[data-look]", "change", (box) => { hidden[box.checked ? "delete" : "add"](box.dataset.look); refresh(); });
  on("input[data-extra]", "change", (box) => { look[box.dataset.extra] = box.checked; refresh(); });
  on("#fw-scheme", "change", (box) => { look.scheme = box.value; tellControls(); refresh(); });
  on("#fw-shading", "change", (box) => { look.shading = box.value; refresh(); });
  on("#fw-pass", "change", (box) => { look.pass = Number(box.value); refresh(); });
}

export function listenTools() {
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
    page.map.invalidateSize();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && page.measuring) { measure(); }
    if (event.key === "Escape" && document.body.classList.contains("fw-sheet")) { sheet(false); }
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) { event.preventDefault(); byId("fw-search").focus(); }
  });
  window.addEventListener("afterprint", () => sheet(false));
}

// The sheet has a size of its own, to which the map is fitted and from which it comes back.
function sheet(wanted) {
  const bounds = page.map.getBounds();
  if (document.body.classList.toggle("fw-sheet", wanted) !== wanted) { return; }
  page.map.invalidateSize({animate: false});
  page.map.fitBounds(bounds, {animate: false});
}

// Canvases are printed as last painted: the sheet is painted before it is printed.
function print() {
  sheet(true);
  requestAnimationFrame(() => requestAnimationFrame(() => window.print()));
}
