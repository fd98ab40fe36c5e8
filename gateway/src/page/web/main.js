// Which view is shown, and the status that all of them follow. A new gateway begins with setting up.
import * as api from "./api.js";
import { say } from "./dom.js";
import { overview } from "./overview.js";
import { setup } from "./setup.js";

const EVERY_MS = 2_000;
const VIEWS = { overview, setup };
const at = (id) => document.getElementById(id);
let shown = null;
let latest = null;

/** The view that the address names, or the one that is needed at first: nobody is taken away from what they do. */
function wanted() {
  const named = location.hash.slice(1);
  if (named in VIEWS) return named;
  return shown?.name ?? (latest.devices.length === 0 ? "setup" : "overview");
}

function show() {
  if (!latest) return;
  const name = wanted();
  if (shown?.name !== name) {
    const isFirst = shown === null;
    shown?.view.leave?.();
    shown = { name, view: VIEWS[name]() };
    at("view").replaceChildren(shown.view.element);
    for (const link of document.querySelectorAll("nav a")) {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    // A new view begins at its heading for those who listen to it.
    if (!isFirst) at("main").focus();
  }
  shown.view.update(latest);
  say(at("title"), shown.view.title(latest));
  document.title = `${shown.view.title(latest)} · DeREN gateway`;
  say(at("footer"), `Gateway ${latest.gateway} · version ${latest.version}`);
}

async function refresh() {
  try {
    latest = await api.status();
    show();
    say(at("lead"), shown.view.lead(latest));
  } catch (error) {
    if (!(error instanceof api.Refusal)) throw error;
    say(at("lead"), error.message);
  } finally {
    setTimeout(refresh, EVERY_MS);
  }
}

addEventListener("hashchange", show);
await api.resume();
await refresh();
