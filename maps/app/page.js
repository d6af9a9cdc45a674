// What all parts of the page share: its data, what is shown of them, and words.
// Set once by `start`, but for what is being measured.
export const page = {settings: null, tables: null, map: null, measuring: null};
export const layers = {}, roles = {}, areas = {}, hidden = new Set(), views = {};
export const filter = {city: 0, county: 0, ruling: "", from: 0, to: 0};
export const look = {scheme: "ruling", shading: "none", pass: 0, events: false, density: false};
export const ATTRIBUTES = ["source", "platform", "status", "confidence"];

export const read = (id) => JSON.parse(document.getElementById(id).textContent);
export const byId = (id) => document.getElementById(id);
export const words = (key, values) => Object.keys(values || {}).reduce(
  (text, name) => text.split("{" + name + "}").join(values[name]), page.settings.words[key]);
export const label = (kind, code) => page.settings.words[kind + "." + code] || code;
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

export function element(tag, text, attributes) {
  const made = document.createElement(tag);
  if (text) { made.textContent = text; }
  Object.keys(attributes || {}).forEach((name) => made.setAttribute(name, attributes[name]));
  return made;
}

export function button(text, does) {
  const made = element("button", text, {type: "button"});
  made.addEventListener("click", does);
  return made;
}

// Rounded up: a fall of 9.996 % must not read -10.00 %.
export function percent(base, now) {
  if (!base) { return words("popup.none"); }
  const hundredths = Math.ceil(Number(((now - base) / base * 10000).toFixed(6)));
  return (hundredths > 0 ? "+" : "") + (hundredths / 100).toFixed(2) + "%";
}
