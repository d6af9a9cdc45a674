// What is known of a point, an event, a zone, a county.
import {button, element, filter, grouped, label, look, page, percent, words} from "./page.js";
import {dms, EARTH_KM, gcj} from "./places.js";
import {inCells, place, ringRadius} from "./points.js";
import {copy, linkTo} from "./sharing.js";
import {areaName, cityOf, decimal, eventId, text, timeText} from "./tables.js";

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
    ["reason", page.settings.light ? words("popup.left_out") : text(data, "reason", row)],
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
    ["point_id", page.settings.light ? words("popup.left_out") : data.point_id[row]]
  ];
}

export function placeName(data, row) {
  const county = data.county[row];
  return [areaName(cityOf(county)), areaName(county), text(data, "township", row)].filter(Boolean).join(" ");
}

function pointPopup(view, rows, index) {
  const data = view.table, row = rows[index], title = page.settings.schemes.ruling[data.look_ruling[row]];
  const box = element("div", "", {"class": "fw-popup"}), facts = pointFacts(data, row);
  box.appendChild(element("h3", label(title.title || "ruling", text(data, title.title || "ruling", row))));
  if (rows.length > 1) { box.appendChild(pager(view, rows, index)); }
  box.appendChild(pointLinks(data, row, facts));
  box.appendChild(table(facts));
  const picture = page.settings.pictures[eventId(data, row)];
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

export const POPUPS = {
  zones: (zone) => factsPopup(label("zone_kind", zone.kind), ["name", "notice", "valid", "zone_id"].map((key) => [key, zone[key]])),
  permits: (permit) => factsPopup(words("layer.permits"), ["number", "issuer", "name", "valid", "conditions"].map((key) => [key, permit[key]])),
  counties: (county, layer) => {
    const facts = layer.facts, kha = page.settings.cropland[county.adcode];
    const share = ((page.settings.passes[look.pass] || {}).ground || {})[county.adcode];
    return factsPopup(areaName(cityOf(county.adcode)) + " " + areaName(county.adcode), [
      ["now", grouped(facts.now)], ["base", grouped(facts.base)], ["change", percent(facts.base, facts.now)],
      ["intensity", kha ? (facts.now / kha).toFixed(2) : null],
      ["seen", share ? words("popup.seen_shares", {clear: Math.round(share[0] * 100), cloudy: Math.round(share[1] * 100), unseen: Math.round(share[2] * 100)}) : null]
    ]);
  }
};

export function open(on, content, at) {
  // Beside a popup there is room for the buttons of the map.
  const width = Math.min(320, on.getSize().x - 90);
  L.popup({maxWidth: width, autoPanPaddingTopLeft: [12, 12], autoPanPaddingBottomRight: [52, 12]}).setLatLng(at).setContent(content).openOn(on);
}

export function openPoint(view, rows, index) {
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
  view.pixel = L.rectangle([[at[1] - high, at[0] - wide], [at[1] + high, at[0] + wide]], page.settings.style.footprint).addTo(view.map);
}

// Points lie above events, those above areas; what lies on top answers.
export function answer(view, event) {
  if (page.measuring) { page.measuring.add(event.latlng); return true; }
  const at = view.map.latLngToLayerPoint(event.latlng), reach = L.Browser.mobile ? 16 : 9;
  const hits = inCells(view) ? [] : view.rows.map((row) => [place(view, row).distanceTo(at), row])
    .filter((hit) => hit[0] <= reach).sort((a, b) => a[0] - b[0]).map((hit) => hit[1]);
  const rings = look.events ? view.events : [];
  const grown = rings.find((one) => view.map.latLngToLayerPoint([one.lat, one.lon]).distanceTo(at) <= ringRadius(one));
  const rows = hits.length ? hits : grown ? grown.rows : [];
  if (rows.length) { openPoint(view, rows, 0); }
  return rows.length > 0;
}
