// What follows from filter and look: counts in words, the curve of the season.
import {shade} from "./areas.js";
import {listPoints} from "./finding.js";
import {byId, filter, grouped, look, page, percent, views, words} from "./page.js";
import {gather} from "./points.js";
import {keepLink} from "./sharing.js";
import {areaName, tally} from "./tables.js";

export function refresh() {
  const now = tally(page.tables.now), base = tally(page.tables.base);
  Object.keys(views).forEach((season) => { gather(views[season]); views[season].canvas._update(); });
  shade(now, base);
  tellLooks();
  tellCounts(now, base);
  drawChart(now, base);
  listPoints();
  keepLink();
}

function tellCounts(now, base) {
  const known = page.settings.target !== null;
  byId("fw-counts").textContent = words(known ? "map.counts" : "map.counts_only", {
    shown: grouped(views.now.rows.length), now: grouped(now.total), base: grouped(base.total),
    change: percent(base.total, now.total)
  });
  byId("fw-counts").dataset.counts = JSON.stringify([views.now.rows.length, now.total, base.total]);
  const day = page.settings.days.day[filter.to] || "";
  byId("fw-day").textContent = filter.from === filter.to ? day : words("map.until", {first: page.settings.days.day[filter.from] || "", last: day});
  byId("fw-slider").value = filter.to;
  byId("fw-slider").setAttribute("aria-valuetext", day);
  byId("fw-from").value = page.settings.days.day[filter.from] || "";
  byId("fw-to").value = day;
  Object.keys(views).forEach((season) => {
    const title = views[season].title, days = page.settings.days[season === "now" ? "day" : "base_day"];
    const known = days.slice(filter.from, filter.to + 1).filter(Boolean);
    title.textContent = words("map.beside_" + season, {
      season: page.settings.seasons[season], first: known[0] || "", last: known[known.length - 1] || "",
      count: grouped((season === "now" ? now : base).total)
    });
  });
}

function tellLooks() {
  const drawn = {}, table = views.now.table, numbers = table["look_" + look.scheme];
  views.now.rows.forEach((row) => { drawn[numbers[row]] = (drawn[numbers[row]] || 0) + 1; });
  page.settings.schemes[look.scheme].forEach((one, number) => {
    const cell = document.querySelector("[data-drawn='" + look.scheme + "/" + one.key + "']");
    if (cell) { cell.textContent = grouped(drawn[number] || 0); }
  });
}

function drawChart(now, base) {
  const box = byId("fw-chart"), width = 316, height = 150, left = 34, bottom = 18, days = page.settings.days;
  if (!box) { return; }
  const sum = (list, part, last) => list.slice(0, last + 1).reduce((sums, value) => {
    sums.push((sums.length ? sums[sums.length - 1] : 0) + value * part);
    return sums;
  }, []);
  const target = page.settings.target || {num: 0, den: 1}, last = days.counted.lastIndexOf(1);
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
