/** A key that signs in the page, from its secret. */
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { ss58Address } from "@polkadot-labs/hdkd-helpers";
import type { Key } from "./key";

/** The key of a path below a secret of 32 bytes; an empty path is the secret's own. */
export function keyFrom(secret: Uint8Array | string, path: string, ss58Prefix: number): Extract<Key, { kind: "page" }> {
  const pair = sr25519CreateDerive(secret)(path);
  return {
    kind: "page",
    address: ss58Address(pair.publicKey, ss58Prefix),
    publicKey: pair.publicKey,
    sign: (bytes) => pair.sign(bytes),
  };
}
