/**
 * Amounts as people read them, in their own language's figures, always with a unit. Integers go in; Intl gets exact
 * decimal texts, so that nothing passes through a float.
 */
import { exact, toDecimal } from "./decimal";

const formats = new Map<string, Intl.NumberFormat>();

/** One format for each pair of least and most decimals: making them is slow. */
function numberFormat(least: number, most: number): Intl.NumberFormat {
  const key = `${least}/${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(undefined, { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format;
}

function shown(value: bigint, digits: number, least: number, most: number): string {
  return numberFormat(least, most).format(toDecimal(value, digits) as Intl.StringNumericLiteral);
}

const integer = (value: number | bigint): bigint => (typeof value === "bigint" ? value : exact(value));

/** Energy: "1.25 kWh". Exact to the Wh if `most` is 3. */
export function kwh(wh: number | bigint, least = 2, most = Math.max(least, 3)): string {
  return `${kwhNumber(wh, least, most)} kWh`;
}

/** The same without its unit, for a table whose heading names it. */
export function kwhNumber(wh: number | bigint, least = 3, most = Math.max(least, 3)): string {
  return shown(integer(wh), 3, least, most);
}

/** The mean power of an energy over a time: "2.4 kW". */
export function kw(wh: number, seconds: number): string {
  const watts = seconds > 0 ? (exact(wh) * 3600n) / exact(seconds) : 0n;
  return `${shown(watts, 3, 2, 2)} kW`;
}

/** A rated power: "7.2 kW". */
export function ratedKw(watts: number): string {
  return `${shown(exact(watts), 3, 0, 3)} kW`;
}

/** Money, to the cent unless more digits are asked for: "0.36 €". */
export function eur(ueur: number | bigint, least = 2, most = least): string {
  return `${eurNumber(ueur, least, most)} €`;
}

/** The same without its unit. */
export function eurNumber(ueur: number | bigint, least = 2, most = least): string {
  return shown(integer(ueur), 6, least, most);
}

/** A price or fee: "18 ct/kWh". */
export function ct(ueurPerKwh: number | bigint, least = 0, most = 4): string {
  return `${ctNumber(ueurPerKwh, least, most)} ct/kWh`;
}

/** The same without its unit. */
export function ctNumber(ueurPerKwh: number | bigint, least = 2, most = 4): string {
  return shown(integer(ueurPerKwh), 4, least, most);
}

/** What one slot cost or brought, which is seldom a euro: "1.71 ct". */
export function cents(ueur: number | bigint): string {
  return `${ctNumber(ueur, 2, 2)} ct`;
}

/** REN from its smallest unit, of which a REN has 10^12; the API gives it as text. */
export function ren(amount: string | bigint, most = 3): string {
  return `${shown(BigInt(amount), 12, 0, most)} REN`;
}

/** A whole number: "1,234". */
export function whole(value: number): string {
  return numberFormat(0, 0).format(value);
}

/** A share in percent, rounded down, so that 100 % means all of it and 0 % nothing: "< 1 %" is in between. */
export function percent(part: number, all: number): string {
  const share = all > 0 ? Math.floor((part * 100) / all) : 0;
  return share === 0 && part > 0 && all > 0 ? "< 1 %" : `${whole(share)} %`;
}

/** A share in basis points, exactly: "1.5 %". */
export function basisPoints(bp: number): string {
  return `${shown(exact(bp), 2, 0, 2)} %`;
}

/** An id that is too long to read: its beginning and end. */
export function short(id: string): string {
  return id.length > 16 ? `${id.slice(0, id.startsWith("0x") ? 8 : 6)}…${id.slice(-4)}` : id;
}
