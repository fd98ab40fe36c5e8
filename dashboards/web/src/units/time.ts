/** Times as people read them: local, with a word for how long ago. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(undefined, options);
    formats.set(key, found);
  }
  return found;
}

function timeOfDay(withSeconds: boolean): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (withSeconds) options.second = "2-digit";
  return format(`clock${withSeconds}`, options);
}

/** A time of day; with seconds only where slots are shorter than a minute. */
export function clock(unixS: number, withSeconds: boolean): string {
  return timeOfDay(withSeconds).format(unixS * 1000);
}

/** Day and time. */
export function dayAndClock(unixS: number): string {
  return format("day", { dateStyle: "medium", timeStyle: "medium" }).format(unixS * 1000);
}

/** From when to when a slot lasted: "14:30–14:45". */
export function span(startUnixS: number, endUnixS: number): string {
  const withSeconds = endUnixS - startUnixS < 60;
  return timeOfDay(withSeconds).formatRange(startUnixS * 1000, endUnixS * 1000);
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

/** The last midnight here. */
export function midnight(nowUnixS: number): number {
  const date = new Date(nowUnixS * 1000);
  date.setHours(0, 0, 0, 0);
  return Math.floor(date.getTime() / 1000);
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
