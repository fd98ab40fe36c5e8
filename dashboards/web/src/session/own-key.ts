/**
 * Keys of the visitor's own that live in the page. One is given by a passkey (WebAuthn's PRF, then HKDF), or kept here
 * under a passphrase. Either is 128 bits from which twelve words can be written, so that any wallet of this kind of
 * chain can take it over. Nothing of it is ever stored in clear. Loaded when somebody wants such a key.
 */
import { entropyToMiniSecret, entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from "@polkadot-labs/hdkd-helpers";
import type { Key, OwnIdentity } from "./key";
import { askCredential, createCredential } from "./passkey";
import { keyFrom } from "./page-key";
import { open, seal, sealedUnder } from "./sealed";
import { askPassphrase } from "./unlocking";

/** Twelve words. */
const ENTROPY_BYTES = 16;
const HKDF_INFO = "DeREN/account-entropy/v1";
/** A passphrase stands alone against whoever has the stored bytes. */
export const LEAST_PASSPHRASE = 12;
/** Wrong passphrases are asked again so often before it is given up. */
const ATTEMPTS = 5;

/** A key with what its owner chose, and the twelve words that are shown once. */
export type Own = { identity: OwnIdentity; key: Key; phrase: string };

/** The account's secret from what a passkey gave: HKDF with SHA-256, an empty salt and this use's name. */
export async function entropyOf(prf: BufferSource): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey("raw", prf, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(HKDF_INFO) };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 8 * ENTROPY_BYTES));
}

/** The key of an entropy, which is overwritten: the words are made before. */
function ownOf(kind: OwnIdentity["kind"], name: string, entropy: Uint8Array, ss58Prefix: number): Own {
  const phrase = entropyToMnemonic(entropy);
  const secret = entropyToMiniSecret(entropy);
  const key = keyFrom(secret, "", ss58Prefix);
  entropy.fill(0);
  return { identity: { kind, name, address: key.address }, key, phrase };
}

/** Makes a passkey and the account that it gives. */
export async function makeWithPasskey(name: string, ss58Prefix: number): Promise<Own> {
  return ownOf("passkey", name, await entropyOf(await createCredential(name)), ss58Prefix);
}

/** The account of a passkey that is there already, on this device or one that shares it. */
export async function findPasskey(name: string, ss58Prefix: number): Promise<Own> {
  return ownOf("passkey", name, await entropyOf(await askCredential()), ss58Prefix);
}

/** Makes a key that is kept here under a passphrase. */
export function makeWithPassphrase(name: string, passphrase: string, ss58Prefix: number): Promise<Own> {
  return keep(name, crypto.getRandomValues(new Uint8Array(ENTROPY_BYTES)), passphrase, ss58Prefix);
}

/** Brings a key back from its words, and keeps it here under a passphrase. Throws on words that are none. */
export function restoreFromPhrase(name: string, words: string, passphrase: string, ss58Prefix: number): Promise<Own> {
  const phrase = words.trim().toLowerCase().split(/\s+/).join(" ");
  if (!validateMnemonic(phrase)) {
    return Promise.reject(new Error("These are not the words of a recovery phrase: check their spelling and their order."));
  }
  return keep(name, mnemonicToEntropy(phrase), passphrase, ss58Prefix);
}

async function keep(name: string, entropy: Uint8Array, passphrase: string, ss58Prefix: number): Promise<Own> {
  const copy = Uint8Array.from(entropy);
  const own = ownOf("passphrase", name, entropy, ss58Prefix);
  localStorage.setItem(sealedUnder(own.identity.address), await seal(copy, passphrase, own.identity.address));
  copy.fill(0);
  return own;
}

/** Opens a key that was chosen before; its owner is asked for it. */
export async function reopen(identity: OwnIdentity, ss58Prefix: number): Promise<Own> {
  const { name, address } = identity;
  const own = identity.kind === "passkey" ? await findPasskey(name, ss58Prefix) : await unseal(name, address, ss58Prefix);
  if (own.identity.address !== address) throw new Error("That is another account's passkey. Take the one that you chose here before.");
  return own;
}

async function unseal(name: string, address: string, ss58Prefix: number): Promise<Own> {
  const sealed = localStorage.getItem(sealedUnder(address));
  if (sealed === null) throw new Error("This browser does not have the key any more. Bring it back with its recovery phrase.");
  let error = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const passphrase = await askPassphrase(name, address, error);
    if (passphrase === null) throw new Error("You did not sign.");
    const entropy = await open(sealed, passphrase, address);
    if (entropy) return ownOf("passphrase", name, entropy, ss58Prefix);
    error = "That is not the passphrase.";
  }
  throw new Error("That was not the passphrase. If it is lost, the recovery phrase brings the key back.");
}

/** The key alone, for signing. */
export async function unlock(identity: OwnIdentity, ss58Prefix: number): Promise<Key> {
  return (await reopen(identity, ss58Prefix)).key;
}
