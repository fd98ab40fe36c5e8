// The code for the dashboard, as a picture, a link and a text; then how far the registration has come.
import * as api from "./api.js";
import { el, field, panel, say } from "./dom.js";
import { isReporting } from "./overview.js";

const SVG = "http://www.w3.org/2000/svg";

export function linkPanel(fail) {
  // The dashboard sends its visitor here with these.
  const asked = new URLSearchParams(location.search);
  // Two lines, so that the whole address is seen on a phone too.
  const owner = el("textarea", { class: "mono", rows: 2, autocomplete: "off", autocapitalize: "none", spellcheck: "false", name: "owner" }, asked.get("owner") ?? "");
  const site = el("input", { inputmode: "numeric", autocomplete: "off", value: asked.get("site") ?? "", name: "site" });
  const button = el("button", { class: "button primary", type: "submit" }, "Get the code");
  const error = el("p", { class: "bad", role: "alert" });
  const result = el("div", { class: "stack", role: "group", "aria-label": "Link code", hidden: true });
  const progress = stepsList();

  async function submit(event) {
    event.preventDefault();
    fail(null);
    say(error, "");
    const number = /^\d{1,10}$/.test(site.value.trim()) ? Number(site.value) : null;
    site.setAttribute("aria-invalid", String(number === null));
    if (number === null) return say(error, "The site is a number. The dashboard shows it once your home is registered; your grid operator must approve your connection point first.");
    button.disabled = true;
    try {
      const made = await api.code(owner.value.replace(/\s+/g, ""), number);
      owner.setAttribute("aria-invalid", "false");
      result.replaceChildren(...codeParts(made));
      result.hidden = false;
    } catch (refusal) {
      if (refusal.status === 400) owner.setAttribute("aria-invalid", "true");
      say(error, refusal.message);
    } finally {
      button.disabled = false;
    }
  }

  const element = panel("Join the neighbourhood",
    el("p", {}, "You and your gateway both sign that they belong together. The gateway signs here, you sign in the dashboard."),
    el("form", { class: "stack", onsubmit: submit, novalidate: true },
      el("div", { class: "fields" }, field("Your account", owner, "The address that the dashboard or your wallet shows."),
        field("Your site's number", site, "The dashboard shows it. No site yet? Your grid operator must approve your connection point first.")),
      error, el("div", { class: "row" }, button)), result, progress.element);
  return {
    element,
    update: (known) => {
      element.hidden = known.picked.length === 0;
    },
    follow: progress.follow,
  };
}

function codeParts(made) {
  const copied = el("span", { class: "small good", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(made.code);
      say(copied, "Copied.");
    } catch {
      say(copied, "Mark the code below and copy it.");
    }
  };
  const until = new Date(made.expires_unix_s * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return [
    el("p", {}, `Take this to the dashboard before ${until}: scan it with your phone${made.link ? ", open it here," : ""} or copy it.`),
    el("figure", { class: "qr" }, picture(made.qr)),
    el("div", { class: "row" }, made.link ? el("a", { class: "button primary", href: made.link, target: "_blank", rel: "noopener" }, "Open the dashboard") : null,
      el("button", { class: "button", type: "button", onclick: copy }, "Copy the code"), copied),
    el("details", { open: !made.link }, el("summary", {}, "The code as text"), el("p", { class: "mono", "data-testid": "link-code" }, made.code)),
  ];
}

function picture({ size, path }) {
  const svg = document.createElementNS(SVG, "svg");
  const drawn = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "QR code of the link code");
  svg.setAttribute("shape-rendering", "crispEdges");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

/** How far it has come: each step is done, under way or to come. */
function stepsList() {
  const words = ["Your gateway is linked to your site", "Your devices are registered", "The first readings are final on the chain"];
  const items = words.map((text) => el("li", {}, el("span", {}, text), el("span", { class: "hidden-visually" })));
  const done = el("p", { class: "notice good", role: "status", hidden: true }, "All is well: readings are final on the chain. You can close this page.");
  return {
    element: el("div", { class: "stack tight" }, el("ol", { class: "steps", "aria-label": "Registration" }, ...items), done),
    follow: (status) => {
      const isRegistered = status.devices.length > 0 && status.devices.every((device) => device.registered === true);
      const states = [status.chain.registered === true, isRegistered, isRegistered && isReporting(status)];
      const now = states.indexOf(false);
      items.forEach((item, number) => {
        item.dataset.state = states[number] ? "done" : number === now ? "now" : "next";
        say(item.lastElementChild, { done: ": done", now: ": under way", next: ": not yet" }[item.dataset.state]);
      });
      done.hidden = states.includes(false);
    },
  };
}
