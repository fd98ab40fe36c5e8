// Elements made of text, never of HTML: whatever a device or a person calls itself stays text.

/** An element with attributes and children; what is null or undefined is left out. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let ids = 0;

/** A section named by its heading. */
export function panel(title, ...children) {
  const id = `heading-${++ids}`;
  return el("section", { class: "panel stack", "aria-labelledby": id }, el("h2", { id }, title), ...children);
}

/** A field with its label and a hint below. */
export function field(label, input, hint) {
  const id = `hint-${++ids}`;
  if (hint) input.setAttribute("aria-describedby", id);
  return el("label", { class: "field" }, label, input, hint ? el("span", { class: "hint", id }, hint) : null);
}

/** Names and values in two columns; what has no value is left out. */
export function rows(pairs) {
  const list = el("dl", { class: "rows" });
  for (const [name, value, tone] of pairs) {
    if (value !== null && value !== undefined) list.append(el("dt", {}, name), el("dd", { class: tone }, String(value)));
  }
  return list;
}

/** Replaces an element's text only if it changed, so that nobody is told the same twice. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

const digits = (number, places = 0) =>
  number.toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });

export const whole = (number) => digits(number);

/** Energy in kWh; null stays null. */
export const kwh = (wh) => (wh === null || wh === undefined ? null : `${digits(wh / 1000, 2)} kWh`);

/** How long ago a moment was. */
export function ago(unixMs) {
  if (!unixMs) return "never";
  const seconds = Math.max(0, Math.round((Date.now() - unixMs) / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

/** A moment as day and clock time. */
export const moment = (unixMs) => new Date(unixMs).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

const DIRECTIONS = {
  grid: ["from the grid", "to the grid"],
  production: ["drawn", "produced"],
  storage: ["charging", "discharging"],
};

export const ROLES = { grid: "Grid meter", production: "Solar production", storage: "Battery" };

/** Power with its direction, as two texts. */
export function power(role, watts) {
  if (watts === null || watts === undefined) return ["–", ""];
  const size = Math.abs(watts);
  const amount = size >= 1000 ? `${digits(size / 1000, 2)} kW` : `${digits(size)} W`;
  return [amount, watts === 0 ? "" : DIRECTIONS[role][watts > 0 ? 0 : 1]];
}
