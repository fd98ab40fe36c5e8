/** The link code that a gateway prints, read and checked before anything is signed. */
import { accountHex } from "../units/ss58";

/** What a code must fit to. */
export type Expected = { owner: string; sites: readonly number[]; nowUnixS: number };

export type LinkCode = { gateway: string; site: number; expires_unix_s: number; code: string };

export type ParsedLink = { ok: true; link: LinkCode } | { ok: false; error: string };

const refuse = (error: string): ParsedLink => ({ ok: false, error });
const isHex = (value: unknown, bytes: number): value is string =>
  typeof value === "string" && new RegExp(`^(0x)?[0-9a-fA-F]{${2 * bytes}}$`).test(value);
const with0x = (hex: string) => (hex.startsWith("0x") ? hex : `0x${hex}`).toLowerCase();
const isNumber = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;

/** Reads the line that `deren-gateway link` printed. */
export function parseLinkCode(text: string, expected: Expected): ParsedLink {
  if (text.trim() === "") return refuse("Paste the line that `deren-gateway link` printed.");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse("This is not the whole line: it begins with { and ends with }. Copy it again.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return refuse("This is not a link code.");
  const { gateway, owner, site, expires_unix_s: expires, code } = body as Record<string, unknown>;
  if (!isHex(gateway, 32)) return refuse("The code names no gateway (64 hexadecimal digits). Copy the whole line.");
  if (!isHex(code, 64)) return refuse("The code's signature is not whole (128 hexadecimal digits). Copy the whole line.");
  if (typeof owner !== "string" || accountHex(owner) === null) return refuse("The code names no owner.");
  if (accountHex(owner) !== accountHex(expected.owner)) {
    return refuse("The code was made for another owner. Print one for your account with --owner.");
  }
  if (!isNumber(site, 0xffff_ffff)) return refuse("The code names no site.");
  if (!expected.sites.includes(site)) return refuse(`The code is for site ${site}, which is not yours. Print one with --site.`);
  if (!isNumber(expires, Number.MAX_SAFE_INTEGER)) return refuse("The code does not say when it expires.");
  if (expires <= expected.nowUnixS) return refuse("The code has expired. Print a new one.");
  return { ok: true, link: { gateway: with0x(gateway), site, expires_unix_s: expires, code: with0x(code) } };
}
