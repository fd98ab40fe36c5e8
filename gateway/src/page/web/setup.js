// Setting up: the PIN, and behind it everything that follows: looking for devices, picking them, and the code.
import * as api from "./api.js";
import { el, field, panel, say } from "./dom.js";
import { finderPanel } from "./finder.js";
import { linkPanel } from "./link.js";
import { pickerPanel } from "./picker.js";

const EVERY_MS = 1_500;

export function setup() {
  const element = el("div", { class: "stack" });
  const view = { element, title: () => "Set up this gateway", lead, update, leave };
  let inside = null;
  let latest = null;
  let timer = null;

  function lead() {
    return api.isInside() ? "Find your devices, pick them, and take the code to the dashboard." : "Only who knows its PIN can change this gateway.";
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
      inside?.lost(error.message);
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
  let isLost = false;
  return {
    element: el("div", { class: "stack" }, problem, finder.element, picker.element, link.element, out),
    /** The gateway itself does not answer; gone once it does. */
    lost: (words) => {
      isLost = true;
      fail(words);
    },
    update: (known) => {
      if (isLost) fail(null);
      isLost = false;
      finder.element.hidden = !known.may_pick;
      finder.update(known);
      picker.update(known);
      link.update(known);
    },
    follow: (status) => {
      picker.follow(status);
      link.follow(status);
    },
  };
}
