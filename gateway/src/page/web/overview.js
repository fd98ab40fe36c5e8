// What the gateway does now: power, today, what waits, the chain, and what went wrong, in plain words.
import { ROLES, ago, el, kwh, moment, panel, power, rows, whole } from "./dom.js";
import { explained } from "./words.js";

const CHAIN = { connected: ["Connected", "good"], connecting: ["Not connected", "warn"], other_chain: ["Wrong chain", "bad"] };
const CLOCK = { synchronised: ["right", "good"], lost: ["not synchronised", "warn"], unknown: ["not known to be right", "bad"],
  disputed: ["not the chain's time", "bad"], behind: ["behind", "bad"] };
const TODAY = {
  grid: ["Bought from the grid today", "Fed into the grid today"],
  production: ["Drawn today", "Produced today"],
  storage: ["Charged today", "Discharged today"],
};

/** Why nothing is signed, by what is known of the clock. */
const CLOCK_HOLDS = {
  unknown: "This machine's clock is not known to be right yet: nothing is signed until it is.",
  disputed: "This machine's clock and the chain's are apart: nothing is signed until they agree.",
  behind: "This machine's clock was set back: nothing is signed until it has caught up.",
};

export function overview() {
  const element = el("div", { class: "stack" });
  return {
    element,
    title: (status) => status.home_name ?? "Your gateway",
    lead: (status) => sentence(status),
    update: (status) => {
      element.replaceChildren(...view(status));
    },
  };
}

/** How it goes, in one sentence. */
function sentence(status) {
  if (status.devices.length === 0) return "No device is set up yet.";
  if (status.outbox.alarm) return "Nothing can be stored now: the disk is full or broken.";
  if (status.chain.link === "other_chain") return "The gateway talks to a node of the wrong chain.";
  const away = status.devices.filter((device) => device.trouble).length;
  if (away > 0) return `${away} of ${status.devices.length} devices cannot be read now.`;
  const clock = CLOCK_HOLDS[status.clock.state];
  if (clock) return clock;
  if (status.chain.link !== "connected") return "The chain cannot be reached now. Every reading is kept and goes up later.";
  if (status.chain.registered === false) return "Not linked to a site yet: finish setting up.";
  if (status.devices.some((device) => device.registered === false)) return "Not every device is registered yet: finish setting up.";
  const refused = status.devices.filter((device) => device.refusal).length;
  if (refused > 0) return `The chain refuses the readings of ${refused} of ${status.devices.length} devices.`;
  return isReporting(status) ? "All is well: readings are final on the chain." : "Linked. The first readings are on their way.";
}

/** True once every device has a reading that is final. */
export function isReporting(status) {
  return status.devices.length > 0 && status.devices.every((device) => (device.next_final_sequence ?? 0) > 0);
}

function view(status) {
  if (status.devices.length === 0) {
    return [panel("Nothing is set up yet", el("p", {}, "Find your meter and your inverter, and join the neighbourhood."),
      el("p", {}, el("a", { class: "button primary", href: "#setup" }, "Set up this gateway")))];
  }
  return [
    el("div", { class: "cards" }, ...status.devices.map(deviceCard)),
    el("div", { class: "cards" }, chainCard(status), waitingCard(status)),
    troubles(status.troubles),
  ];
}

function deviceCard(device) {
  // What a device showed before it went away is not what it does now.
  const [amount, direction] = device.trouble ? ["–", "cannot be read now"] : power(device.role, device.power_w);
  const [imported, exported] = TODAY[device.role];
  const registered = { true: ["Registered", "good"], false: ["Not registered yet", "warn"] }[device.registered] ?? ["Not known yet", ""];
  const trouble = device.trouble ? explained(device.trouble_code, device.trouble) : device.refusal ? refusal(device) : null;
  return el("section", { class: "panel", "aria-label": device.name },
    el("div", { class: "head" }, el("h2", {}, device.name), el("span", { class: "soft small" }, ROLES[device.role])),
    el("p", { class: "big" }, amount, " ", el("small", {}, direction)),
    rows([[exported, kwh(device.today_export_wh)], [imported, kwh(device.today_import_wh)], ["Device", device.kind],
      ["Last read", ago(device.last_sample_unix_ms)], ["On the chain", registered[0], registered[1]],
      ["Final readings", device.next_final_sequence === null ? null : whole(device.next_final_sequence)]]),
    trouble && el("div", { class: "notice bad" }, ...trouble));
}

const refusal = (device) => explained(device.refusal_code, `The chain refuses its readings: ${device.refusal}`);

function chainCard(status) {
  const [words, tone] = CHAIN[status.chain.link];
  const number = (value) => (value === null ? null : whole(value));
  const linked = { true: "linked", false: "not linked to a site yet" }[status.chain.registered] ?? "not known yet";
  return el("section", { class: "panel", "aria-label": "Chain" },
    el("h2", {}, "Chain"), el("p", { class: `big ${tone}` }, words),
    rows([["This gateway", linked, status.chain.registered === false ? "warn" : ""], ["Final block", number(status.chain.finalised_block)],
      ["Newest block", number(status.chain.best_block)], ["Node", status.chain.node_url]]));
}

function waitingCard(status) {
  const { outbox } = status;
  const isFull = outbox.readings >= outbox.capacity_readings - 1024;
  const [clock, tone] = CLOCK[status.clock.state] ?? ["not known", ""];
  return el("section", { class: "panel", "aria-label": "Readings waiting" },
    el("h2", {}, "Readings waiting"), el("p", { class: `big ${isFull ? "bad" : ""}` }, whole(outbox.readings)),
    rows([["On their way", whole(outbox.in_flight_readings)], ["Final since start", whole(outbox.finalised_total)],
      ["Refused since start", whole(outbox.refused_total), outbox.refused_total ? "warn" : ""], ["Clock", clock, tone],
      ["Room for", `${whole(outbox.capacity_readings)} readings`], ["Running since", moment(status.started_unix_ms)]]),
    outbox.alarm ? el("div", { class: "notice bad" }, ...explained(outbox.alarm_code, outbox.alarm)) : null);
}

function troubles(list) {
  const line = (trouble) => {
    const times = trouble.times > 1 ? ` · ${whole(trouble.times)} times` : "";
    return el("li", {}, el("p", { class: "soft small" }, `${trouble.about} · ${ago(trouble.at_unix_ms)}${times}`), ...explained(trouble.code, trouble.what));
  };
  const lines = list.length > 0 ? list.map(line) : [el("li", {}, "Nothing so far.")];
  return panel("What went wrong lately", el("ul", { class: "lines" }, ...lines));
}
