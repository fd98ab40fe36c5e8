// Picking devices: each with what it shows now, what it measures and how much it can give; and the home's name. What is
// shown live changes in place, so that nobody's typing or focus is lost.
import * as api from "./api.js";
import { ROLES, el, field, panel, power, say } from "./dom.js";
import { explained } from "./words.js";

const NAMES = { grid: "grid-meter", production: "inverter", storage: "battery" };

/** Watts of a text in kW, or null: digits, with a point or comma and at most three more. */
export function wattsOf(text) {
  const match = /^\s*(\d{1,5})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (!match) return null;
  const watts = Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
  return watts > 0 ? watts : null;
}

const kilowatts = (watts) => (watts > 0 ? String(watts / 1000) : "");

export function pickerPanel(fail) {
  const cards = new Map();
  const list = el("ul", { class: "stack" });
  const empty = el("p", { class: "soft" }, "Nothing is found yet.");
  const home = el("input", { maxlength: 60, autocomplete: "off", name: "home" });
  const save = el("button", { class: "button primary", type: "submit" }, "Use these devices");
  const saved = el("p", { class: "good", role: "status" });
  const form = el("form", { class: "stack", onsubmit: submit, novalidate: true }, empty, list,
    field("Name of your home", home, "As you like; you can change it later."), el("div", { class: "row" }, save), saved);
  const fixed = el("p", { class: "notice", hidden: true }, "The configuration file of this gateway names its devices. Change them there.");
  let isNamed = false;

  async function submit(event) {
    event.preventDefault();
    fail(null);
    say(saved, "");
    const picked = [...cards.values()].filter((card) => card.isPicked());
    const wrong = picked.find((card) => !card.check());
    if (wrong) return wrong.focus();
    if (picked.length === 0) return fail("Pick at least one device: tick what belongs to your home.");
    const names = new Set();
    const devices = picked.map((card) => card.choice(names));
    save.disabled = true;
    try {
      await api.pick({ home_name: home.value.trim(), devices });
      say(saved, "Taken over. The gateway reads these devices now.");
    } catch (error) {
      fail(error.message);
    } finally {
      save.disabled = false;
    }
  }

  return {
    element: panel("Pick your devices", fixed, form),
    update: (known) => {
      fixed.hidden = known.may_pick;
      save.hidden = home.parentElement.hidden = !known.may_pick;
      if (!isNamed && known.home_name) home.value = known.home_name;
      isNamed ||= known.home_name !== null;
      const all = new Map(known.picked.map((pick) => [pick.uri, { pick }]));
      for (const found of known.search.found) all.set(found.uri, { ...all.get(found.uri), found });
      for (const [uri, what] of all) {
        if (!cards.has(uri)) {
          cards.set(uri, deviceCard(uri, what));
          list.append(cards.get(uri).element);
        }
        cards.get(uri).update(what, known.may_pick);
      }
      for (const [uri, card] of cards) {
        if (!all.has(uri) && !card.isPicked()) {
          card.element.remove();
          cards.delete(uri);
        }
      }
      empty.hidden = cards.size > 0;
    },
    follow: (status) => {
      for (const device of status.devices) cards.get(device.uri)?.follow(device);
    },
  };
}

/** One device that can be picked. */
function deviceCard(uri, { pick, found }) {
  const box = el("input", { type: "checkbox", checked: pick !== undefined });
  const role = el("select", {}, ...Object.entries(ROLES).map(([value, words]) => el("option", { value, selected: value === (pick?.role ?? found?.role) }, words)));
  const rated = el("input", { inputmode: "decimal", autocomplete: "off", value: kilowatts(pick?.rated_power_w ?? 0) });
  const error = el("p", { class: "bad small", role: "alert" });
  const what = el("strong", {}, found?.what ?? pick?.name ?? "Device");
  const kind = el("span", { class: "soft small" });
  const amount = el("span", { class: "power" });
  const direction = el("span", { class: "soft" });
  const trouble = el("div", { class: "notice warn", hidden: true });
  const fields = el("div", { class: "fields" }, field("What it measures", role),
    field("Most power, kW", rated, "Of an inverter: what its plate says. Of the grid meter: what your connection may take."), error);
  const element = el("li", { class: "found" },
    el("label", { class: "pick" }, box, el("span", {}, what, el("br"), kind)), el("p", {}, amount, " ", direction), trouble, fields,
    el("details", {}, el("summary", {}, "How it is reached"), el("p", { class: "mono" }, uri)));
  const show = () => {
    element.classList.toggle("picked", box.checked);
    fields.hidden = !box.checked;
  };
  /** What it shows now; a device that cannot be read shows nothing. */
  const showNow = (watts, { trouble: message, trouble_code: code }, waiting) => {
    const [size, words] = message ? ["–", "cannot be read now"] : power(role.value, watts);
    say(amount, size);
    say(direction, words || waiting);
    trouble.hidden = !message;
    if (trouble.dataset.known === (message ?? "")) return;
    trouble.dataset.known = message ?? "";
    trouble.replaceChildren(...(message ? explained(code, message) : []));
  };
  let isSampled = false;
  box.addEventListener("change", show);
  show();
  return {
    element,
    isPicked: () => box.checked,
    focus: () => rated.focus(),
    check: () => {
      const isRight = wattsOf(rated.value) !== null;
      rated.setAttribute("aria-invalid", String(!isRight));
      say(error, isRight ? "" : "Say how much power it can have at most, such as 6.4.");
      return isRight;
    },
    choice: (names) => {
      const base = pick?.name ?? NAMES[role.value];
      let name = base;
      for (let number = 2; names.has(name); number += 1) name = `${base}-${number}`;
      names.add(name);
      return { name, uri, role: role.value, rated_power_w: wattsOf(rated.value) };
    },
    update: (now, mayPick) => {
      for (const input of [box, role, rated]) input.disabled = !mayPick;
      if (!now.found) return;
      const { vendor, model, serial } = now.found;
      say(what, now.found.what);
      say(kind, [`${vendor} ${model}`, serial ? `serial number ${serial}` : "without a serial number"].join(", "));
      if (isSampled) return;
      const isSilent = uri.startsWith("mqtt:") && now.found.import_mwh === null && now.found.export_mwh === null;
      showNow(now.found.power_w, now.found, isSilent ? "its numbers come with its next message" : "");
    },
    /** The gateway samples it already: that is the newest. */
    follow: (device) => {
      isSampled = true;
      if (kind.textContent === "" && device.kind) say(kind, device.kind);
      showNow(device.power_w, device, "");
    },
  };
}
