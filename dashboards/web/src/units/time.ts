/**
 * Times as people read them. A slot's time is shown by the market's clock. That is the visitor's own, unless the chain
 * stands for a market whose time runs at another speed, as a demonstration's does.
 */

/** How the market's time follows the real one. */
export type MarketClock = {
  /** A moment of real time, and the market's time at that moment, which is told in UTC. */
  real_unix_ms: number;
  market_unix_s: number;
  /** How much faster it runs, in thousandths. */
  speed_permille: number;
};

/** No slot is longer: an hour. */
const LONGEST_SLOT_S = 3_600;

const formats = new Map<string, Intl.DateTimeFormat>();
let market: MarketClock | null = null;

/** Says once by which clock slots are shown; null for the visitor's own. */
export function setMarketClock(clock: MarketClock | null): void {
  market = clock !== null && clock.speed_permille > 0 ? clock : null;
  formats.clear();
}

/** The market's time of a real one, in unix seconds. */
export function toMarketS(unixS: number): number {
  if (!market) return unixS;
  return market.market_unix_s + ((unixS * 1000 - market.real_unix_ms) * market.speed_permille) / 1_000_000;
}

/** The real time of a market's one, in unix seconds. */
export function toRealS(marketS: number): number {
  if (!market) return marketS;
  return (market.real_unix_ms + ((marketS - market.market_unix_s) * 1_000_000) / market.speed_permille) / 1000;
}

/** In which time zone the market's clock is read; undefined for the visitor's. */
export function marketZone(): string | undefined {
  return market ? "UTC" : undefined;
}

function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(undefined, options);
    formats.set(key, found);
  }
  return found;
}

const inMarket = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions => {
  const timeZone = marketZone();
  return timeZone === undefined ? options : { ...options, timeZone };
};

function timeOfDay(withSeconds: boolean): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (withSeconds) options.second = "2-digit";
  return format(`clock${withSeconds}`, inMarket(options));
}

/** A slot's time of day; with seconds only where slots are shorter than a minute by the clock that is shown. */
export function clock(unixS: number, withSeconds: boolean): string {
  return marketTime(toMarketS(unixS), withSeconds && !market);
}

/** The same of a time that is the market's already. */
export function marketTime(marketS: number, withSeconds: boolean): string {
  return timeOfDay(withSeconds).format(marketS * 1000);
}

/** Day and time, by the visitor's own clock. */
export function dayAndClock(unixS: number): string {
  return format("day", { dateStyle: "medium", timeStyle: "medium" }).format(unixS * 1000);
}

/** A time of day by the visitor's own clock. */
export function ownClock(unixS: number): string {
  return format("own", { hour: "2-digit", minute: "2-digit" }).format(unixS * 1000);
}

/** From when to when a slot lasted: "14:30–14:45". */
export function span(startUnixS: number, endUnixS: number): string {
  const [start, end] = [toMarketS(startUnixS), toMarketS(endUnixS)];
  const times = timeOfDay(end - start < 60);
  // Over midnight a range of times would name both days: a slot is too short to need them.
  if (end - start <= LONGEST_SLOT_S) return `${times.format(start * 1000)}–${times.format(end * 1000)}`;
  return times.formatRange(start * 1000, end * 1000);
}

/** How long ago: "just now", "40 s ago", "3 min ago". */
export function ago(thenUnixS: number, nowUnixS: number): string {
  const seconds = Math.floor(nowUnixS - thenUnixS);
  return seconds < 5 ? "just now" : `${duration(seconds)} ago`;
}

/** A length of time in its largest unit: "40 s", "3 min", "2 h", "5 d". */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Math.floor(seconds)} s`;
  if (seconds < 100 * 60) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** The last midnight by the market's clock, in real unix seconds. */
export function midnight(nowUnixS: number): number {
  const date = new Date(toMarketS(nowUnixS) * 1000);
  if (market) date.setUTCHours(0, 0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  return Math.floor(toRealS(date.getTime() / 1000));
}

/** What one slot's energy is measured over, in a word. */
export function slotWord(energySeconds: number): string {
  if (energySeconds === 900) return "quarter-hour";
  if (energySeconds === 1800) return "half-hour";
  if (energySeconds === 3600) return "hour";
  return energySeconds % 60 === 0 ? `${energySeconds / 60} minutes` : `${energySeconds} s`;
}

/** "a quarter-hour", "an hour". */
export function aSlot(energySeconds: number): string {
  const word = slotWord(energySeconds);
  if (/^\d/.test(word)) return `every ${word}`;
  return `${word === "hour" ? "an" : "a"} ${word}`;
}

/** When a slot starts. */
export function slotStart(slot: number, slotSeconds: number): number {
  return slot * slotSeconds;
}
