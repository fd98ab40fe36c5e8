/** A gateway's side of a link, made here from its rule in `market/primitives/src/signing.rs`. */
import { ed25519 } from "@polkadot-labs/hdkd-helpers";

const DOMAIN = new TextEncoder().encode("DEREN/link/v1\0");

export type Link = { gateway: string; expires_unix_s: number; code: string };

const hex = (bytes: Uint8Array) => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** What the gateway whose key is this seed signs for an owner and a site. */
export function linkCode(genesis: Uint8Array, owner: Uint8Array, site: number, seed: number): Link {
  const secret = new Uint8Array(32).fill(seed);
  const expires_unix_s = 4_000_000_000;
  const message = new Uint8Array([
    ...DOMAIN,
    ...genesis,
    ...owner,
    ...new Uint8Array(new Uint32Array([site]).buffer),
    ...new Uint8Array(new BigUint64Array([BigInt(expires_unix_s)]).buffer),
  ]);
  return { gateway: hex(ed25519.getPublicKey(secret)), expires_unix_s, code: hex(ed25519.sign(message, secret)) };
}
