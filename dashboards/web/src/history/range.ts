/** Ranges of days as a person chooses them, by their own calendar. Pure. */

/** The API answers a leap year at once. */
const MOST_DAYS = 366;
const DAY_S = 86_400;

/** A day as its field gives it, as the local midnight at which it begins; null for none. */
export function midnightOf(text: string, daysLater = 0): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return null;
  return Math.floor(new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + daysLater).getTime() / 1000);
}

/** What is wrong with a range; empty if nothing is. */
export function rangeError(from: number | null, to: number | null): string {
  if (from === null || to === null) return "Choose the first and the last day.";
  if (from >= to) return "The last day is before the first.";
  return to - from > MOST_DAYS * DAY_S + DAY_S / 2 ? `A file has at most ${MOST_DAYS} days.` : "";
}

/** The day of a moment, as a file's name has it. */
export function dayName(unixS: number): string {
  const date = new Date(unixS * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
