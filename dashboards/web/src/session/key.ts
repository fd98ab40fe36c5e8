/** What can sign, and how a person's choice of it is remembered. No key is in this module. */
import type { PolkadotSigner } from "polkadot-api/signer";
import type { DevelopmentRole } from "../api/types";

/** Whom a development account plays. A spare one plays nobody: its home waits for a newcomer. */
export type Role = Exclude<DevelopmentRole, "spare">;

/** A key in the page, or one in a wallet that asks its owner each time. */
export type Key =
  | { kind: "page"; address: string; publicKey: Uint8Array; sign: (bytes: Uint8Array) => Uint8Array }
  | { kind: "wallet"; address: string; signer: PolkadotSigner };

/** A key of the visitor's own in the page: from a passkey, or kept here under a passphrase. */
export type OwnIdentity = { kind: "passkey" | "passphrase"; name: string; address: string };

/** Whom the visitor chose to be. */
export type Identity =
  | { kind: "development"; name: string; role: Role; derivation: string }
  | OwnIdentity
  | { kind: "wallet"; name: string; extension: string; address: string };

/** True if both name the same key. */
export function isSame(a: Identity, b: Identity): boolean {
  if (a.kind === "development" || b.kind === "development") {
    return a.kind === "development" && b.kind === "development" && a.derivation === b.derivation;
  }
  return a.kind === b.kind && a.address === b.address;
}

/** True if its key signs without asking anybody. */
export function isSilent(identity: Identity): boolean {
  return identity.kind === "development";
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
  if (kind === "passkey" || kind === "passphrase") return { identity: { kind, name, address }, address };
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
