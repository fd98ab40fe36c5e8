/**
 * The link code of a gateway, read and checked before anything is signed. It is the one of its own page, or the line
 * that its command prints. The page's bytes are those of `market/primitives/src/link_code.rs`: a version, then SCALE,
 * in base 64 for links. The line says the same without the chain and the devices.
 */
import { accountHex } from "../units/ss58";

/** A device as the gateway wants it registered. */
export type LinkedDevice = { device: string; role: DeviceRole; rated_power_w: number; register_step_mwh: number };
export type DeviceRole = "grid" | "production" | "storage";

/** What a code says; accounts and ids are `0x…`. */
export type LinkCode = {
  /** Of which chain it is; null if it does not say, as a command's line. */
  genesis: string | null;
  gateway: string;
  owner: string;
  site: number;
  expires_unix_s: number;
  signature: string;
  /** How the owner calls the home; null without a name. */
  home: string | null;
  devices: LinkedDevice[];
};

export type ReadCode = { ok: true; code: LinkCode } | { ok: false; error: string };

/** Longer than any code, or link with one. */
export const LONGEST = 2_000;
const VERSION = 1;
const MOST_DEVICES = 16;
const MOST_HOME_BYTES = 120;
const ROLES: readonly DeviceRole[] = ["grid", "production", "storage"];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NOT_WHOLE = "This is not the whole code. Copy it again from the gateway's page.";

class NotWhole extends Error {}

/** Reads bytes in order, and never beyond their end. */
class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  take(count: number): Uint8Array {
    const part = this.bytes.subarray(this.at, this.at + count);
    if (part.length !== count) throw new NotWhole();
    this.at += count;
    return part;
  }

  hex(count: number): string {
    return `0x${Array.from(this.take(count), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }

  /** A little-endian number; one beyond what a number holds exactly is refused. */
  number(count: number): number {
    const value = this.take(count).reduceRight((sum, byte) => sum * 256 + byte, 0);
    if (!Number.isSafeInteger(value)) throw new NotWhole();
    return value;
  }

  /** SCALE's length of a list, as short as it can be written, of at most `most`. */
  length(most: number): number {
    const first = this.number(1);
    const kind = first & 3;
    const length = kind === 0 ? first >> 2 : kind === 1 ? (first >> 2) + 64 * this.number(1) : Infinity;
    if (length > most || (kind === 1 && length < 64)) throw new NotWhole();
    return length;
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new NotWhole();
  }
}

/** The bytes of a text in base 64 for links, or null. */
function bytesOf(text: string): Uint8Array | null {
  if (text.length > LONGEST || text.length % 4 === 1) return null;
  const bytes: number[] = [];
  let value = 0;
  let bits = 0;
  for (const letter of text) {
    const digit = LETTERS.indexOf(letter);
    if (digit < 0) return null;
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function read(reader: Reader): LinkCode {
  const [genesis, gateway, owner] = [reader.hex(32), reader.hex(32), reader.hex(32)];
  const [site, expires_unix_s, signature] = [reader.number(4), reader.number(8), reader.hex(64)];
  const name = reader.take(reader.length(MOST_HOME_BYTES));
  const devices = Array.from({ length: reader.length(MOST_DEVICES) }, (): LinkedDevice => {
    const device = reader.hex(32);
    const role = ROLES[reader.number(1)];
    if (!role) throw new NotWhole();
    return { device, role, rated_power_w: reader.number(4), register_step_mwh: reader.number(4) };
  });
  reader.end();
  const home = name.length === 0 ? null : new TextDecoder("utf-8", { fatal: true }).decode(name);
  return { genesis, gateway, owner, site, expires_unix_s, signature, home, devices };
}

const refuse = (error: string): ReadCode => ({ ok: false, error });
const isHex = (value: unknown, bytes: number): value is string =>
  typeof value === "string" && new RegExp(`^(0x)?[0-9a-fA-F]{${2 * bytes}}$`).test(value);
const with0x = (hex: string) => (hex.startsWith("0x") ? hex : `0x${hex}`).toLowerCase();
const isNumber = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;

/** Reads the line that `deren-gateway link` prints. */
function readLine(text: string): ReadCode {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse("This is not the whole line: it begins with { and ends with }. Copy it again.");
  }
  const { gateway, owner, site, expires_unix_s, code } = body as Record<string, unknown>;
  const account = typeof owner === "string" ? accountHex(owner) : null;
  if (!isHex(gateway, 32)) return refuse("The code names no gateway (64 hexadecimal digits). Copy the whole line.");
  if (!isHex(code, 64)) return refuse("The code's signature is not whole (128 hexadecimal digits). Copy the whole line.");
  if (account === null) return refuse("The code names no owner. Copy the whole line.");
  if (!isNumber(site, 0xffff_ffff)) return refuse("The code names no site. Copy the whole line.");
  if (!isNumber(expires_unix_s, Number.MAX_SAFE_INTEGER)) return refuse("The code does not say when it expires.");
  const signature = with0x(code);
  return { ok: true, code: { genesis: null, gateway: with0x(gateway), owner: account, site, expires_unix_s, signature, home: null, devices: [] } };
}

/** Reads a code of either kind, or the link in which it came. */
export function readCode(text: string): ReadCode {
  const bare = text.trim().replace(/^.*#code=/s, "");
  if (bare.startsWith("{")) return readLine(bare);
  const bytes = bytesOf(bare);
  if (bytes === null) return { ok: false, error: "This is not a link code: copy the gateway's whole code, its link, or the line that its command printed." };
  if (bytes.length === 0) return { ok: false, error: NOT_WHOLE };
  if (bytes[0] !== VERSION) {
    return { ok: false, error: `The code is of version ${bytes[0] ?? 0}, which this page does not know. Load the page again, or update it.` };
  }
  try {
    return { ok: true, code: read(new Reader(bytes.subarray(1))) };
  } catch {
    return { ok: false, error: NOT_WHOLE };
  }
}

/** The code in a page's address, if there is one. It stays in the browser: what follows # is never sent. */
export function codeInHash(hash: string): string | null {
  const found = /^#code=([A-Za-z0-9_.~%-]+)$/.exec(hash)?.[1];
  if (found === undefined) return null;
  try {
    return decodeURIComponent(found);
  } catch {
    return null;
  }
}

/** The address part that opens a page with a code. */
export function hashOf(code: string): string {
  return `#code=${encodeURIComponent(code.trim().replace(/^.*#code=/s, ""))}`;
}
