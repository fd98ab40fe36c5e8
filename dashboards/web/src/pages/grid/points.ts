/**
 * What an operator's approval of a connection point says on the chain, made from its official id. The id itself never
 * leaves the page. Loaded when the first point is approved.
 */
import { blake2b } from "@noble/hashes/blake2.js";

const SALT_BYTES = 16;
const POINT_DOMAIN = "DEREN/point/v1\0";
/** Where no regulator gives a keyed hash, the id's own keeps the same point from being approved twice. */
const NULLIFIER_DOMAIN = "DEREN/development-nullifier/v1\0";

export type Point = {
  /** The operator's and the owner's secret: with it and the id the hash can be made again. */
  salt: string;
  salted: string;
  /** The point's name on the chain, which its owner registers: `point_commitment` in `market/primitives`. */
  commitment: string;
  /** The same for the same id, whatever the salt. */
  nullifier: string;
};

const text = (words: string) => new TextEncoder().encode(words);
const hex = (bytes: Uint8Array) => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
const bytesOf = (hexText: string) => Uint8Array.from(hexText.slice(2).match(/../g) ?? [], (digits) => parseInt(digits, 16));
const hash = (...parts: Uint8Array[]) => {
  const hasher = blake2b.create({ dkLen: 32 });
  for (const part of parts) hasher.update(part);
  return hasher.digest();
};

/** The name of a salted point in a market. */
export function commitmentOf(market: number, salted: string): string {
  const marketBytes = new Uint8Array(new Uint32Array([market]).buffer);
  return hex(hash(text(POINT_DOMAIN), marketBytes, bytesOf(salted)));
}

const newSalt = () => crypto.getRandomValues(new Uint8Array(SALT_BYTES));

/** Hashes an official id with a new salt; `nullifier` is the regulator's, or null where there is none. */
export function pointOf(market: number, officialId: string, nullifier: string | null, salt = newSalt()): Point {
  const id = text(officialId.trim().toUpperCase());
  const salted = hex(hash(salt, id));
  return {
    salt: hex(salt),
    salted,
    commitment: commitmentOf(market, salted),
    nullifier: nullifier ?? hex(hash(text(NULLIFIER_DOMAIN), id)),
  };
}
