/**
 * Keys that live in the page: those of a development chain's well-known phrase, and one that the visitor makes. Only
 * for development: whoever can read the page's storage has the key. Loaded when the first key is needed.
 */
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { DEV_MINI_SECRET, ss58Address } from "@polkadot-labs/hdkd-helpers";
import type { Key } from "./key";

const STORED = "deren.made-key";

function keyOf(secret: string, path: string, prefix: number): Key {
  const pair = sr25519CreateDerive(secret)(path);
  return {
    kind: "page",
    address: ss58Address(pair.publicKey, prefix),
    publicKey: pair.publicKey,
    sign: (bytes) => pair.sign(bytes),
  };
}

/** The key of a path below the well-known development phrase, such as `//Alice`. */
export function derivedKey(derivation: string, ss58Prefix: number): Key {
  return keyOf(DEV_MINI_SECRET, derivation, ss58Prefix);
}

/** The key that was made in this browser; it is made if there is none. */
export function madeKey(ss58Prefix: number): Key {
  let secret = localStorage.getItem(STORED);
  if (secret === null || !/^[0-9a-f]{64}$/.test(secret)) {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(STORED, secret);
  }
  return keyOf(secret, "", ss58Prefix);
}
