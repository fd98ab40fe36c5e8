// What the gateway does now: power, today, what waits, the chain, and what went wrong, in plain words.
import { ROLES, ago, el, kwh, panel, power, rows, whole } from "./dom.js";

const CHAIN = { connected: ["Connected", "good"], connecting: ["Not connected", "warn"], other_chain: ["Wrong chain", "bad"] };
const CLOCK = { synchronised: ["right", "good"], lost: ["not synchronised", "warn"], unknown: ["not known to be right", "bad"],
  disputed: ["not the chain's time", "bad"], behind: ["behind", "bad"] };
const TODAY = {
  grid: ["Bought from the grid today", "Fed into the grid today"],
  production: ["Drawn today", "Produced today"],
  storage: ["Charged today", "Discharged today"],
};

/** What a technical message means, and what to do; the first that fits. */
const MEANINGS = [
  [/cannot connect|Connection refused|unreachable|No route/i, "Nobody answers at its address. Is it switched on, and in the same network as the gateway?"],
  [/time|no answer/i, "It did not answer in time. If this stays, something else may be talking to it: many inverters talk to one program only."],
  [/disconnected|connection was lost|broke off/i, "The connection broke off. The gateway connects again by itself."],
  [/another device|swapped/i, "Another device answers at its address. If the meter was replaced, set it up again and register the new one."],
  [/clock/i, "This machine's clock is not known to be right. Nothing is signed until it is; the readings wait."],
  [/genesis|other chain|another chain/i, "The node belongs to another chain than the one this gateway joined."],
  [/full|no space|read-only|disk/i, "The disk is full or cannot be written. Make room: nothing that was measured is thrown away."],
];

/** Words for the owner; null where the message must speak for itself. */
export function meaning(message) {
  return MEANINGS.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

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
  if (status.chain.link === "other_chain") return "The gateway talks to a node of the wrong chain.";
  const away = status.devices.filter((device) => device.trouble).length;
  if (away > 0) return `${away} of ${status.devices.length} devices cannot be read now.`;
  if (status.chain.link !== "connected") return "The chain cannot be reached now. Every reading is kept and goes up later.";
  if (status.chain.registered === false) return "Not linked to a site yet: finish setting up.";
  if (status.devices.some((device) => device.registered === false)) return "Not every device is registered yet: finish setting up.";
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
  const [amount, direction] = power(device.role, device.power_w);
  const [imported, exported] = TODAY[device.role];
  const registered = { true: ["Registered", "good"], false: ["Not registered yet", "warn"] }[device.registered] ?? ["Not known yet", ""];
  const trouble = device.trouble ?? (device.refusal && `The chain refuses its readings: ${device.refusal}`);
  return el("section", { class: "panel" },
    el("div", { class: "head" }, el("h2", {}, device.name), el("span", { class: "soft small" }, ROLES[device.role])),
    el("p", { class: "big" }, amount, " ", el("small", {}, direction)),
    rows([[exported, kwh(device.today_export_wh)], [imported, kwh(device.today_import_wh)], ["Device", device.kind],
      ["Read", ago(device.last_sample_unix_ms)], ["On the chain", registered[0], registered[1]],
      ["Final readings", device.next_final_sequence === null ? null : whole(device.next_final_sequence)]]),
    trouble ? el("div", { class: "notice bad" }, ...explained(trouble)) : null);
}

function explained(message) {
  const words = meaning(message);
  if (words === null) return [el("p", {}, message)];
  return [el("p", {}, words), el("p", { class: "small mono" }, message)];
}

function chainCard(status) {
  const [words, tone] = CHAIN[status.chain.link];
  const number = (value) => (value === null ? null : whole(value));
  const linked = { true: "linked", false: "not linked to a site yet" }[status.chain.registered] ?? "not known yet";
  return el("section", { class: "panel" },
    el("h2", {}, "Chain"), el("p", { class: `big ${tone}` }, words),
    rows([["This gateway", linked, status.chain.registered === false ? "warn" : ""], ["Final block", number(status.chain.finalised_block)],
      ["Newest block", number(status.chain.best_block)], ["Node", status.chain.node_url]]));
}

function waitingCard(status) {
  const { outbox } = status;
  const isFull = outbox.readings >= outbox.capacity_readings - 1024;
  const [clock, tone] = CLOCK[status.clock.state] ?? ["not known", ""];
  return el("section", { class: "panel" },
    el("h2", {}, "Readings waiting"), el("p", { class: `big ${isFull ? "bad" : ""}` }, whole(outbox.readings)),
    rows([["Under way", whole(outbox.in_flight_readings)], ["Final since start", whole(outbox.finalised_total)],
      ["Refused since start", whole(outbox.refused_total), outbox.refused_total ? "warn" : ""], ["Clock", clock, tone],
      ["Running since", new Date(status.started_unix_ms).toLocaleString("en-GB")]]));
}

function troubles(list) {
  const line = (trouble) => {
    const times = trouble.times > 1 ? ` · ${whole(trouble.times)} times` : "";
    return el("li", {}, el("p", { class: "soft small" }, `${trouble.about} · ${ago(trouble.at_unix_ms)}${times}`), ...explained(trouble.what));
  };
  const lines = list.length > 0 ? list.map(line) : [el("li", {}, "Nothing so far.")];
  return panel("What went wrong lately", el("ul", { class: "lines" }, ...lines));
}
