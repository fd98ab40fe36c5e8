// Setting up: the PIN, looking for devices, picking them, naming the home. What is shown live changes in place, so that
// nobody's typing or focus is lost.
import * as api from "./api.js";
import { ROLES, el, field, panel, power, say } from "./dom.js";
import { linkPanel } from "./link.js";

const EVERY_MS = 1_500;
const NAMES = { grid: "grid-meter", production: "inverter", storage: "battery" };

export function setup() {
  const element = el("div", { class: "stack" });
  const view = { element, title: () => "Set up this gateway", lead, update, leave };
  let inside = null;
  let latest = null;
  let timer = null;

  function lead() {
    return api.isInside() ? "Find your devices, pick them, and take the code to the dashboard." : "Only you can change this gateway: its PIN says so.";
  }

  function enter() {
    inside = insideView(leaveSession);
    element.replaceChildren(inside.element);
    follow();
  }

  function askPin() {
    inside = null;
    element.replaceChildren(pinPanel(enter));
  }

  async function leaveSession() {
    await api.leave().catch(() => undefined);
    clearTimeout(timer);
    askPin();
  }

  async function follow() {
    clearTimeout(timer);
    try {
      const known = await api.setup();
      inside?.update(known);
      if (latest) inside?.follow(latest);
    } catch (error) {
      if (error.status === 401) return askPin();
      inside?.fail(error.message);
    }
    if (inside) timer = setTimeout(follow, EVERY_MS);
  }

  function update(status) {
    latest = status;
    inside?.follow(status);
  }

  function leave() {
    clearTimeout(timer);
    inside = null;
  }

  if (api.isInside()) enter();
  else askPin();
  return view;
}

function pinPanel(done) {
  const input = el("input", { class: "pin", inputmode: "numeric", autocomplete: "off", maxlength: 11, required: true, name: "pin" });
  const error = el("p", { class: "bad", role: "alert" });
  const button = el("button", { class: "button primary", type: "submit" }, "Open");
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(error, "");
    try {
      await api.enter(input.value);
      done();
    } catch (refusal) {
      say(error, refusal.message);
      input.setAttribute("aria-invalid", "true");
      input.select();
    } finally {
      button.disabled = false;
    }
  };
  return panel("Type the gateway's PIN",
    el("form", { class: "stack", onsubmit: submit, novalidate: true },
      field("PIN", input, "Eight digits. They are on the gateway's label, or in its log at the first start."), error,
      el("div", { class: "row" }, button)));
}

/** Everything behind the PIN. */
function insideView(leaveSession) {
  const problem = el("p", { class: "notice bad", role: "alert", hidden: true });
  const fail = (words) => {
    problem.hidden = !words;
    say(problem, words ?? "");
  };
  const finder = finderPanel(fail);
  const picker = pickerPanel(fail);
  const link = linkPanel(fail);
  const out = el("div", { class: "row" }, el("button", { class: "button", type: "button", onclick: leaveSession }, "Lock this page"));
  let isNoted = false;
  return {
    element: el("div", { class: "stack" }, problem, finder.element, picker.element, link.element, out),
    fail,
    update: (known) => {
      if (isNoted) fail(null);
      isNoted = false;
      finder.element.hidden = !known.may_pick;
      finder.update(known.search);
      picker.update(known);
      link.update(known);
    },
    follow: (status) => {
      picker.follow(status);
      link.follow(status);
    },
  };
}

/** The network that the visitor sees the gateway in. */
function ownNetwork() {
  const parts = location.hostname.split(".");
  const isPrivate = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/.test(location.hostname);
  return isPrivate && parts.length === 4 ? `${parts.slice(0, 3).join(".")}.0/24` : "";
}

function finderPanel(fail) {
  const place = el("input", { autocomplete: "off", spellcheck: "false", placeholder: "192.168.1.0/24", value: ownNetwork(), name: "place" });
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Places looked at" });
  const words = el("p", { class: "small soft", role: "status" });
  const begin = el("button", { class: "button primary", type: "submit" }, "Look for devices");
  const end = el("button", { class: "button", type: "button", hidden: true, onclick: () => act(api.endSearch) }, "Stop");
  const troubles = el("ul", { class: "lines small" });
  const details = el("details", { hidden: true }, el("summary", {}, "What answered and could not be read"), troubles);
  bar.hidden = true;
  const act = async (what) => {
    fail(null);
    try {
      await what();
    } catch (error) {
      fail(error.message);
    }
  };
  const submit = (event) => {
    event.preventDefault();
    void act(() => api.search(place.value));
  };
  return {
    element: panel("Find your devices",
      el("form", { class: "stack", onsubmit: submit, novalidate: true },
        field("Where to look", place, "An address such as 192.168.1.20, or your home's network such as 192.168.1.0/24. Nothing is written to any device."),
        el("div", { class: "row" }, begin, end)), bar, words, details),
    update: (search) => {
      bar.hidden = end.hidden = !search.is_running;
      begin.textContent = search.is_running ? "Look anew" : "Look for devices";
      bar.max = Math.max(1, search.total);
      bar.value = search.done;
      const count = search.found.length === 1 ? "1 device" : `${search.found.length} devices`;
      if (search.is_running) say(words, `${search.done} of ${search.total} places looked at, ${count} found.`);
      else if (search.target !== "") say(words, search.found.length > 0 ? `${count} found.` : "No device was found there. Are they switched on? Is Modbus TCP or SunSpec switched on in the inverter's menu?");
      if (troubles.children.length !== search.troubles.length) troubles.replaceChildren(...search.troubles.map((text) => el("li", {}, text)));
      details.hidden = search.troubles.length === 0;
    },
  };
}

/** Watts of a text in kW, or null: digits, with a point or comma and at most three more. */
export function wattsOf(text) {
  const match = /^\s*(\d{1,5})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (!match) return null;
  const watts = Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
  return watts > 0 ? watts : null;
}

const kilowatts = (watts) => (watts > 0 ? String(watts / 1000) : "");

function pickerPanel(fail) {
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
  const trouble = el("p", { class: "notice warn small", hidden: true });
  const fields = el("div", { class: "fields" }, field("What it measures", role),
    field("Most power, kW", rated, "Of an inverter: what its plate says. Of the grid meter: what your connection may take."), error);
  const element = el("li", { class: "found" },
    el("label", { class: "pick" }, box, el("span", {}, what, el("br"), kind)), el("p", {}, amount, " ", direction), trouble, fields,
    el("details", {}, el("summary", {}, "How it is reached"), el("p", { class: "mono" }, uri)));
  const show = () => {
    element.classList.toggle("picked", box.checked);
    fields.hidden = !box.checked;
  };
  const showPower = (watts) => {
    const [size, words] = power(role.value, watts);
    say(amount, size);
    say(direction, words);
  };
  const showTrouble = (words) => {
    trouble.hidden = !words;
    say(trouble, words ?? "");
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
      showPower(now.found.power_w);
      showTrouble(now.found.trouble);
    },
    /** The gateway samples it already: that is the newest. */
    follow: (device) => {
      isSampled = true;
      if (kind.textContent === "" && device.kind) say(kind, device.kind);
      showPower(device.power_w);
      showTrouble(device.trouble);
    },
  };
}
