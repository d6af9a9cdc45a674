// The page from its start; what it lets the outside call.
// Every text goes in as text, never as HTML.
import {add, stack} from "./areas.js";
import {find, zoomTo} from "./finding.js";
import {byId, hidden, layers, look, page, percent, read, views, words} from "./page.js";
import {listenFilters, listenLayers, listenTools} from "./panel.js";
import {areaKm2, coordinates, dms, fromGcj, gcj} from "./places.js";
import {makeView, onWall} from "./points.js";
import {csvCell, follow, keepLink, records} from "./sharing.js";
import {opened, tally} from "./tables.js";

function start(id) {
  page.settings = read("firewatch-settings");
  const raw = read("data-points"), view = page.settings.style.view;
  page.tables = {now: opened(raw.now), base: opened(raw.base)};
  page.map = makeView("now", id).map;
  byId(id).setAttribute("aria-label", words("map.label"));
  L.control.zoom({position: "topright", zoomInTitle: words("map.zoom_in"), zoomOutTitle: words("map.zoom_out")}).addTo(page.map);
  L.control.scale({imperial: false, position: "bottomright"}).addTo(page.map);
  const near = () => page.map.getContainer().classList.toggle("fw-near", page.map.getZoom() >= view.names_zoom + (onWall() ? 1 : 0));
  page.map.on("zoomend", near);
  if (page.settings.bounds) { zoomTo(page.settings.bounds); }
  near();
  return page.map;
}

function ready() {
  stack();
  listenFilters();
  listenLayers();
  listenTools();
  document.querySelectorAll("input[data-look]:not(:checked)").forEach((box) => hidden.add(box.dataset.look));
  look.shading = byId("fw-shading").value;
  follow();
  page.map.on("moveend", keepLink);
  window.addEventListener("hashchange", () => { if (location.hash.includes("=")) { follow(); } });
}

export {start, add, ready, layers, views, dms, gcj, fromGcj, coordinates, percent, csvCell, areaKm2, tally, find, records};
