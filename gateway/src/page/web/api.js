// The gateway's own API. A refusal becomes an error with words for the owner.

/** What was refused; `status` 0 is no answer at all. */
export class Refusal extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

let token = null;

/** True if this browser typed the PIN, as far as is known. */
export const isInside = () => token !== null;

async function send(method, path, body) {
  const init = { method, cache: "no-store", credentials: "same-origin", headers: {} };
  if (token !== null) init.headers["x-deren-token"] = token;
  if (body !== undefined) {
    init.headers["content-type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Refusal(0, "The gateway does not answer. It may be starting again.");
  }
  const text = await answer.text();
  if (answer.ok) return text === "" ? undefined : JSON.parse(text);
  if (answer.status === 401) token = null;
  let words = `The gateway answered ${answer.status}.`;
  try {
    words = JSON.parse(text).problem ?? words;
  } catch {
    // Not from our API: the status must do.
  }
  throw new Refusal(answer.status, words);
}

export const status = () => send("GET", "/api/status");
export const setup = () => send("GET", "/api/setup");
/** Looks at that place, or everywhere without one. */
export const search = (place) => send("POST", "/api/setup/search", place === null ? {} : { place });
export const endSearch = () => send("DELETE", "/api/setup/search");
export const pick = (choice) => send("PUT", "/api/setup/home", choice);
export const code = (owner, site) => send("POST", "/api/setup/code", { owner, site });

export async function enter(pin) {
  token = (await send("POST", "/api/session", { pin })).token;
}

/** Takes up a session that this browser has from before. */
export async function resume() {
  try {
    token = (await send("GET", "/api/session")).token;
  } catch {
    token = null;
  }
}

export async function leave() {
  await send("DELETE", "/api/session");
  token = null;
}
