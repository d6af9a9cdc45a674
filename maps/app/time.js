// Days of the season, and the same days of last year beside.
import {names} from "./areas.js";
import {areas, byId, clamp, filter, page, read, views} from "./page.js";
import {makeView} from "./points.js";
import {refresh} from "./telling.js";

export function beside(wanted) {
  const bounds = page.map.getBounds();
  byId("fw-base").hidden = byId("fw-title-now").hidden = byId("fw-title-base").hidden = !wanted;
  byId("fw-beside").setAttribute("aria-pressed", String(wanted));
  page.map.invalidateSize({animate: false});
  page.map.fitBounds(bounds, {animate: false});
  if (!wanted) {
    if (views.base) { page.map.unsync(views.base.map); views.base.map.remove(); delete views.base; }
  } else if (!views.base) {
    const other = makeView("base", "fw-base-map");
    ["counties", "cities"].filter((role) => areas[role]).forEach((role) => {
      const data = read("data-" + role);
      L.geoJSON(data.polygons, {style: page.settings.style[role === "cities" ? "city" : "county"], interactive: false}).addTo(other.map);
      if (role === "cities") { names(data.places, "fw-label fw-city").addTo(other.map); }
    });
    other.map.setView(page.map.getCenter(), page.map.getZoom(), {animate: false});
    page.map.sync(other.map);
    other.map.sync(page.map);
  }
  refresh();
}

let timer = null;

export function setDays(from, to) {
  const last = page.settings.days.day.length - 1;
  filter.to = clamp(to, 0, Math.max(last, 0));
  filter.from = clamp(from, 0, filter.to);
  refresh();
}

const onlyDay = () => byId("fw-only").checked;
export const slideTo = (day) => setDays(onlyDay() ? day : 0, day);

export function play() {
  const start = byId("fw-play");
  if (timer) { clearInterval(timer); timer = null; } else {
    if (filter.to >= page.settings.days.day.length - 1) { slideTo(0); }
    timer = setInterval(() => {
      slideTo(filter.to + 1);
      if (filter.to >= page.settings.days.day.length - 1) { play(); }
    }, page.settings.style.view.play_ms);
  }
  start.setAttribute("aria-pressed", String(timer !== null));
  start.textContent = timer ? "❚❚" : "▶";
}
