/** Who the visitor is: the account that was chosen, and whether the API knows it by a signed challenge. */
import { createRoot, createSignal } from "solid-js";
import { api, onDenied } from "../api/client";
import { Problem, words } from "../api/problem";
import type { Status } from "../api/types";
import { part } from "../load";
import { askWallet } from "./ask-wallet";
import { type Identity, type Key, isSilent, nameInHash, parseIdentity } from "./key";
import { alone } from "./tabs";

/** Under this name a tab remembers its own account, and the browser the last one for tabs that are new. */
const REMEMBERED = "deren.account";
/** Two tabs that look at different accounts take the session from each other; each at most this often, in ms. */
const TAKES_BACK_EVERY_MS = 5_000;

export type Session =
  | { phase: "out"; error: string | null }
  | { phase: "entering"; identity: Identity }
  | { phase: "in"; identity: Identity; address: string };

const [session, setSession] = createRoot(() => createSignal<Session>({ phase: "out", error: null }));
export { session };

/** The address that is logged in, if any. */
export function address(): string | undefined {
  const now = session();
  return now.phase === "in" ? now.address : undefined;
}

/** True while another tab of this browser is logged in as somebody else, and this tab cannot log in unasked. */
const [isElsewhere, setElsewhere] = createRoot(() => createSignal(false));
export { isElsewhere };

let prefix = 42;
const keys = new Map<string, Key>();

/** By which name a key is kept while the page is open. */
function nameOf(identity: Identity): string {
  if (identity.kind === "development") return identity.derivation;
  return identity.kind === "wallet" ? `${identity.extension}/${identity.address}` : `${identity.kind}/${identity.address}`;
}

/** The key of an identity; what makes keys is loaded with the first one. One that is protected asks its owner. */
export async function keyOf(identity: Identity): Promise<Key> {
  const name = nameOf(identity);
  const known = keys.get(name);
  if (known) return known;
  const key = await madeBy(identity);
  keys.set(name, key);
  return key;
}

async function madeBy(identity: Identity): Promise<Key> {
  switch (identity.kind) {
    case "wallet":
      return (await part(() => import("./wallets"))).walletKey(identity.extension, identity.address);
    case "development":
      return (await part(() => import("./development-keys"))).derivedKey(identity.derivation, prefix);
    case "passkey":
    case "passphrase":
      return (await part(() => import("./own-key"))).unlock(identity, prefix);
  }
}

/** Takes up a key that its owner has just made or opened, so that nobody is asked twice. */
export function takeUp(identity: Identity, key: Key): void {
  keys.set(nameOf(identity), key);
}

async function signature(key: Key, challenge: string): Promise<string> {
  const text = new TextEncoder().encode(challenge);
  const bytes = key.kind === "page" ? key.sign(text) : await askWallet("You did not sign, so you are not logged in.", () => key.signer.signBytes(text));
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Signs a challenge and logs in; `hold` keeps other tabs from logging in meanwhile. */
async function logIn(identity: Identity, hold: typeof alone): Promise<string> {
  const key = await keyOf(identity);
  const { challenge } = await api.challenge(key.address);
  const signed = await signature(key, challenge);
  const { address } = await hold(() => api.login(key.address, challenge, signed));
  takenBackAtMs = Date.now();
  setElsewhere(false);
  return address;
}

function remember(identity: Identity, address: string): void {
  const text = JSON.stringify({ identity, address });
  sessionStorage.setItem(REMEMBERED, text);
  localStorage.setItem(REMEMBERED, text);
}

/** Logs in as an identity: asks for a challenge, signs it, and remembers the choice. */
export async function enter(identity: Identity): Promise<void> {
  setSession({ phase: "entering", identity });
  try {
    const address = await logIn(identity, alone);
    remember(identity, address);
    setSession({ phase: "in", identity, address });
  } catch (error) {
    setSession({ phase: "out", error: words(error) });
  }
}

/** Logs out and forgets the choice; a key made here stays in this browser. */
export async function leave(): Promise<void> {
  const now = session();
  sessionStorage.removeItem(REMEMBERED);
  localStorage.removeItem(REMEMBERED);
  try {
    // Another tab's session is not this one's to end.
    if (now.phase === "in" && (await whoIs()) === now.address) await api.logout();
  } finally {
    keys.clear();
    setElsewhere(false);
    setSession({ phase: "out", error: null });
  }
}

async function whoIs(): Promise<string | null> {
  try {
    return (await api.whoIsLoggedIn()).address;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** Takes up what the address bar, this tab's or this browser's memory says, as far as this chain allows it. */
export async function restore(status: Status): Promise<void> {
  prefix = status.chain.ss58_prefix;
  const wanted = nameInHash(location.hash);
  if (wanted !== null) return enterByName(wanted, status);
  const remembered = parseIdentity(sessionStorage.getItem(REMEMBERED) ?? localStorage.getItem(REMEMBERED));
  if (!remembered || (remembered.identity.kind === "development" && !status.chain.development)) return;
  try {
    if ((await whoIs()) === remembered.address) {
      sessionStorage.setItem(REMEMBERED, JSON.stringify(remembered));
      setSession({ phase: "in", ...remembered });
      return;
    }
  } catch {
    return;
  }
  // Whoever asks their owner does so not before the owner wants something.
  if (isSilent(remembered.identity)) await enter(remembered.identity);
}

async function enterByName(name: string, status: Status): Promise<void> {
  const found = status.development_accounts.find((account) => account.name.toLowerCase() === name.toLowerCase());
  if (!status.chain.development || !found || found.role === "spare") {
    setSession({ phase: "out", error: `This chain has no development account named "${name}".` });
    return;
  }
  await enter({ kind: "development", ...found, role: found.role });
}

let takenBackAtMs = 0;
let waiting: (() => Promise<void>)[] = [];

/** Asks once more for all that was denied meanwhile, together, with this tab's account and no other tab between. */
async function takeBack(): Promise<void> {
  const restMs = takenBackAtMs + TAKES_BACK_EVERY_MS - Date.now();
  if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  await alone(async () => {
    const all = waiting;
    waiting = [];
    await becomeMyself().catch(() => undefined);
    await Promise.all(all.map((again) => again()));
  });
}

/** Logs this tab's account in if the browser's session is not its own, and its key needs nobody's consent. */
async function becomeMyself(): Promise<void> {
  const now = session();
  if (now.phase !== "in") return;
  const who = await whoIs();
  if (who === now.address) {
    setElsewhere(false);
    return;
  }
  if (isSilent(now.identity) || keys.get(nameOf(now.identity))?.kind === "page") {
    await logIn(now.identity, (run) => run());
    return;
  }
  setElsewhere(true);
}

/**
 * Does something whose answer depends on who is logged in without being denied to others, such as a file of one's own
 * data. It must not be a request that is tried again by itself.
 */
export function asMyself<T>(run: () => Promise<T>): Promise<T> {
  return alone(async () => {
    await becomeMyself();
    if (isElsewhere()) throw new Error("Another tab of this browser has logged in with another account. Continue as yourself first.");
    return run();
  });
}

onDenied((attempt, denied) => {
  if (session().phase !== "in") return Promise.reject(denied instanceof Error ? denied : new Error(String(denied)));
  return new Promise((resolve, reject) => {
    waiting.push(() => attempt().then(resolve, reject));
    if (waiting.length === 1) void takeBack();
  });
});
