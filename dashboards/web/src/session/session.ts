/** Who the visitor is: the account that was chosen, and whether the API knows it by a signed challenge. */
import { createRoot, createSignal } from "solid-js";
import { api } from "../api/client";
import { Problem, words } from "../api/problem";
import type { Status } from "../api/types";
import { type Identity, type Key, nameInHash, parseIdentity } from "./key";

const REMEMBERED = "deren.account";

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

let prefix = 42;
const keys = new Map<string, Key>();

/** The key of an identity; what makes keys is loaded with the first one. */
export async function keyOf(identity: Identity): Promise<Key> {
  if (identity.kind === "wallet") {
    const { walletKey } = await import("./wallets");
    return walletKey(identity.extension, identity.address);
  }
  const name = identity.kind === "made" ? "made" : identity.derivation;
  const known = keys.get(name);
  if (known) return known;
  const { derivedKey, madeKey } = await import("./development-keys");
  const key = identity.kind === "made" ? madeKey(prefix) : derivedKey(identity.derivation, prefix);
  keys.set(name, key);
  return key;
}

async function signature(key: Key, challenge: string): Promise<string> {
  const text = new TextEncoder().encode(challenge);
  const bytes = key.kind === "page" ? key.sign(text) : await key.signer.signBytes(text);
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Logs in as an identity: asks for a challenge, signs it, and remembers the choice. */
export async function enter(identity: Identity): Promise<void> {
  setSession({ phase: "entering", identity });
  try {
    const key = await keyOf(identity);
    const { challenge } = await api.challenge(key.address);
    const { address } = await api.login(key.address, challenge, await signature(key, challenge));
    localStorage.setItem(REMEMBERED, JSON.stringify({ identity, address }));
    setSession({ phase: "in", identity, address });
  } catch (error) {
    setSession({ phase: "out", error: words(error) });
  }
}

/** Logs out and forgets the choice; a key made here stays in this browser. */
export async function leave(): Promise<void> {
  localStorage.removeItem(REMEMBERED);
  try {
    await api.logout();
  } finally {
    setSession({ phase: "out", error: null });
  }
}

/** Takes up what the address bar or this browser's memory says, as far as this chain allows it. */
export async function restore(status: Status): Promise<void> {
  prefix = status.chain.ss58_prefix;
  const wanted = nameInHash(location.hash);
  if (wanted !== null) return enterByName(wanted, status);
  const remembered = parseIdentity(localStorage.getItem(REMEMBERED));
  if (!remembered || (remembered.identity.kind !== "wallet" && !status.chain.development)) return;
  try {
    const { address } = await api.whoIsLoggedIn();
    if (address === remembered.address) {
      setSession({ phase: "in", identity: remembered.identity, address });
      return;
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) return;
  }
  // A wallet asks its owner: not before the owner wants something.
  if (remembered.identity.kind !== "wallet") await enter(remembered.identity);
}

async function enterByName(name: string, status: Status): Promise<void> {
  const found = status.development_accounts.find((account) => account.name.toLowerCase() === name.toLowerCase());
  if (!status.chain.development || !found) {
    setSession({ phase: "out", error: `This chain has no development account named "${name}".` });
    return;
  }
  await enter({ kind: "development", ...found });
}
