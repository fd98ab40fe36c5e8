/** Keys of a development chain's well-known phrase. Loaded when the first one is needed. */
import { DEV_MINI_SECRET } from "@polkadot-labs/hdkd-helpers";
import type { Key } from "./key";
import { keyFrom } from "./page-key";

/** The key of a path below the well-known development phrase, such as `//Alice`. */
export function derivedKey(derivation: string, ss58Prefix: number): Key {
  return keyFrom(DEV_MINI_SECRET, derivation, ss58Prefix);
}
