// Looking for devices: everywhere at one press, or at one address. How far it is changes in place.
import * as api from "./api.js";
import { el, field, panel, say } from "./dom.js";
import { explained } from "./words.js";

const NONE = "No device was found. Are they switched on? Is Modbus TCP or SunSpec switched on in the inverter's menu?";

export function finderPanel(fail) {
  const places = el("ul", { class: "places", "aria-label": "Places to look at" });
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Places looked at", hidden: true });
  const words = el("p", { class: "small soft", role: "status" });
  const begin = el("button", { class: "button primary", type: "button", onclick: () => act(() => api.search(null)) }, "Look for devices");
  const end = el("button", { class: "button", type: "button", hidden: true, onclick: () => act(api.endSearch) }, "Stop");
  const troubles = el("ul", { class: "lines" });
  const details = el("details", { hidden: true }, el("summary", {}, "What answered and could not be read"), troubles);
  const place = el("input", { autocomplete: "off", autocapitalize: "none", spellcheck: "false", placeholder: "192.168.1.20", name: "place" });
  const one = el("details", {}, el("summary", {}, "Look at one address only"),
    el("form", { class: "stack", onsubmit: submit, novalidate: true },
      field("Address or network", place, "Such as 192.168.1.20, 192.168.1.0/24, /dev/ttyUSB0 or mqtt://192.168.1.2"),
      el("div", { class: "row" }, el("button", { class: "button", type: "submit" }, "Look there"))));

  async function act(what) {
    fail(null);
    try {
      await what();
    } catch (error) {
      fail(error.message);
    }
  }

  function submit(event) {
    event.preventDefault();
    void act(() => api.search(place.value));
  }

  return {
    element: panel("Find your devices",
      el("p", {}, "The gateway looks by itself in these places. It only reads; nothing is written to any device."),
      places, el("div", { class: "row" }, begin, end), bar, words, details, one),
    update: ({ search, nearby }) => {
      const parts = search.parts.length > 0 ? search.parts : nearby;
      bar.hidden = end.hidden = !search.is_running;
      say(begin, search.is_running ? "Look anew" : "Look for devices");
      bar.max = Math.max(1, sum(parts, "total"));
      bar.value = sum(parts, "done");
      showParts(places, parts, search.parts.length > 0);
      const count = search.found.length === 1 ? "1 device" : `${search.found.length} devices`;
      if (search.is_running) say(words, `Looking: ${count} found so far.`);
      else if (search.parts.length > 0) say(words, search.found.length > 0 ? `${count} found.` : NONE);
      const known = search.troubles.join("\n");
      if (troubles.dataset.known !== known) {
        troubles.dataset.known = known;
        troubles.replaceChildren(...search.troubles.map((text, number) => el("li", {}, ...explained(search.trouble_codes[number], text))));
      }
      details.hidden = search.troubles.length === 0;
    },
  };
}

const sum = (parts, what) => parts.reduce((all, part) => all + part[what], 0);

/** Each place with how far it is; an element stays as long as its place. */
function showParts(list, parts, isSearched) {
  const known = parts.map((part) => part.what).join("\n");
  if (list.dataset.known !== known) {
    list.dataset.known = known;
    list.replaceChildren(...parts.map((part) => el("li", {}, el("span", {}, part.what), el("span", { class: "soft" }))));
  }
  parts.forEach((part, number) => {
    const far = part.is_done ? "looked at" : part.total > 0 ? `${part.done} of ${part.total}` : "waiting";
    say(list.children[number].lastElementChild, isSearched ? far : "");
  });
}
