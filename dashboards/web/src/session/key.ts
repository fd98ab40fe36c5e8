/** What can sign, and how a person's choice of it is remembered. No key is in this module. */
import type { PolkadotSigner } from "polkadot-api/signer";
import type { Role } from "../api/types";

/** A key in the page, or one in a wallet that asks its owner each time. */
export type Key =
  | { kind: "page"; address: string; publicKey: Uint8Array; sign: (bytes: Uint8Array) => Uint8Array }
  | { kind: "wallet"; address: string; signer: PolkadotSigner };

/** Whom the visitor chose to be. */
export type Identity =
  | { kind: "development"; name: string; role: Role; derivation: string }
  | { kind: "made"; name: string }
  | { kind: "wallet"; name: string; extension: string; address: string };

/** True if both name the same key. */
export function isSame(a: Identity, b: Identity): boolean {
  if (a.kind === "development" && b.kind === "development") return a.derivation === b.derivation;
  if (a.kind === "wallet" && b.kind === "wallet") return a.address === b.address;
  return a.kind === "made" && b.kind === "made";
}

/** Reads what was remembered; null for anything that this version did not write. */
export function parseIdentity(text: string | null): { identity: Identity; address: string } | null {
  if (text === null) return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof body !== "object" || body === null) return null;
  const { identity, address } = body as { identity?: unknown; address?: unknown };
  if (typeof identity !== "object" || identity === null || typeof address !== "string") return null;
  const { kind, name, role, derivation, extension } = identity as Record<string, unknown>;
  if (typeof name !== "string") return null;
  if (kind === "made") return { identity: { kind, name }, address };
  if (kind === "wallet" && typeof extension === "string") {
    return { identity: { kind, name, extension, address }, address };
  }
  if (kind === "development" && typeof derivation === "string" && isRole(role)) {
    return { identity: { kind, name, role, derivation }, address };
  }
  return null;
}

function isRole(role: unknown): role is Role {
  return role === "owner" || role === "neighbour" || role === "operator";
}

/** The name in `#as=<name>`, if there is one. */
export function nameInHash(hash: string): string | null {
  const match = /^#as=(.+)$/.exec(hash);
  if (!match?.[1]) return null;
  try {
    return decodeURIComponent(match[1].replaceAll("+", " "));
  } catch {
    return null;
  }
}
