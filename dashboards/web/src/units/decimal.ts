/**
 * Decimal numbers without floats. What a person types becomes an integer of the smallest unit, or an error that says
 * what is wrong. What is shown is cut from such an integer. It never rounds what is typed.
 */

/** What became of a typed number. */
export type Parsed = { ok: true; value: bigint } | { ok: false; error: string };

/** The sign before decimals: a point or a comma. */
export type Sign = "." | ",";

const NUMBER = /^(\d*)(?:[.,](\d*))?$/;
/** What looks like thousands: "1.500" is 1500 to whoever writes decimals with a comma. */
const THOUSANDS = { ".": /^[1-9]\d{0,2},\d{3}$/, ",": /^[1-9]\d{0,2}\.\d{3}$/ };

/** The sign that the visitor's language writes before decimals. */
const OWN: Sign = new Intl.NumberFormat().format(0.5).includes(",") ? "," : ".";

/**
 * Reads a number of at most `digits` decimals, with a point or a comma, into units of 10^-digits.
 * Refuses signs, spaces within, exponents, more decimals than the unit has, and what may be meant as thousands.
 */
export function parseDecimal(text: string, digits: number, what: string, greatest: bigint, sign: Sign = OWN): Parsed {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: false, error: `Enter the ${what}.` };
  const match = NUMBER.exec(trimmed);
  const whole = match?.[1] ?? "";
  const part = match?.[2] ?? "";
  if (!match || whole + part === "") return { ok: false, error: `The ${what} must be a number such as 18 or 18${sign}5.` };
  if (THOUSANDS[sign].test(trimmed)) {
    return { ok: false, error: `The ${what} can mean ${whole}${part} or ${whole}${sign}${part}: write one of these.` };
  }
  if (part.length > digits) {
    return { ok: false, error: `The ${what} has at most ${digits} digits after the point.` };
  }
  const value = BigInt(whole + part.padEnd(digits, "0"));
  if (value > greatest) return { ok: false, error: `The ${what} is at most ${typed(greatest, digits, sign)}.` };
  return { ok: true, value };
}

/** An integer of units of 10^-digits as an exact decimal text without end zeros: `toDecimal(1500n, 3)` is "1.5". */
export function toDecimal(value: bigint, digits: number): string {
  const sign = value < 0n ? "-" : "";
  const text = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const part = text.slice(text.length - digits).replace(/0+$/, "");
  return sign + whole + (part === "" ? "" : `.${part}`);
}

/** The same as the visitor would type it: what a field begins with. */
export function typed(value: bigint, digits: number, sign: Sign = OWN): string {
  return toDecimal(value, digits).replace(".", sign);
}

/** A number of the API as an exact integer; throws on what a JavaScript number cannot hold exactly. */
export function exact(value: number): bigint {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an exact integer`);
  return BigInt(value);
}

/** Divides, rounding up; `divisor` is above 0 and `value` not negative. */
export function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

/** Divides, rounding towards minus infinity; `divisor` is above 0. */
export function divideDown(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor !== 0n && value < 0n ? quotient - 1n : quotient;
}
