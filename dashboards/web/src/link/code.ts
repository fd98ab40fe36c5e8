/**
 * The link code of a gateway's page, read and checked before anything is signed. Its bytes are those of
 * `market/primitives/src/link_code.rs`: a version, then SCALE, in base 64 for links.
 */

/** A device as the gateway wants it registered. */
export type LinkedDevice = { device: string; role: DeviceRole; rated_power_w: number; register_step_mwh: number };
export type DeviceRole = "grid" | "production" | "storage";

/** What a code says; accounts and ids are `0x…`. */
export type LinkCode = {
  genesis: string;
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

/** Longer than any code. */
export const LONGEST = 1_536;
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

/** Reads a code, or the link in which it came. */
export function readCode(text: string): ReadCode {
  const bare = text.trim().replace(/^.*#code=/s, "");
  const bytes = bytesOf(bare);
  if (bytes === null) return { ok: false, error: "This is not a link code: it has letters, digits, - and _ only." };
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
  return /^#code=([A-Za-z0-9_-]+)$/.exec(hash)?.[1] ?? null;
}
