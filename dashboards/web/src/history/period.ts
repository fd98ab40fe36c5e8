/**
 * Days, weeks, months and years by the visitor's calendar, and the pieces into which each is cut. A day on which the
 * clocks change has 23 or 25 hours, and all of them. Pure.
 */
import type { Resolution } from "../api/client";

export const KINDS = ["day", "week", "month", "year"] as const;
export type Kind = (typeof KINDS)[number];

/** A piece of time, `from` up to but without `to`, in unix seconds. */
export type Piece = { from: number; to: number };

/** A period with its pieces, oldest first. */
export type Period = Piece & { kind: Kind; resolution: Resolution; pieces: Piece[] };

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
const local = (year: number, month: number, day: number) => seconds(new Date(year, month, day));
const HOUR_S = 3600;
/** ISO 8601: weeks begin on Monday. */
const sinceMonday = (date: Date) => (date.getDay() + 6) % 7;

/** The period of this kind that is `back` periods before the one of a moment. */
export function periodOf(kind: Kind, nowUnixS: number, back: number): Period {
  const now = new Date(nowUnixS * 1000);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  switch (kind) {
    case "day": {
      const [from, to] = [local(year, month, day - back), local(year, month, day - back + 1)];
      const hours = Math.round((to - from) / HOUR_S);
      return { kind, resolution: "hour", from, to, pieces: between(hours, (hour) => Math.min(from + hour * HOUR_S, to)) };
    }
    case "week": {
      const first = day - sinceMonday(now) - 7 * back;
      return cut(kind, "day", 7, (index) => local(year, month, first + index));
    }
    case "month": {
      const first = new Date(year, month - back, 1);
      const days = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
      return cut(kind, "day", days, (index) => local(first.getFullYear(), first.getMonth(), 1 + index));
    }
    case "year":
      return cut(kind, "month", 12, (index) => local(year - back, index, 1));
  }
}

function cut(kind: Kind, resolution: Resolution, count: number, startOf: (index: number) => number): Period {
  const pieces = between(count, startOf);
  return { kind, resolution, from: startOf(0), to: startOf(count), pieces };
}

const between = (count: number, startOf: (index: number) => number): Piece[] =>
  Array.from({ length: count }, (_, index) => ({ from: startOf(index), to: startOf(index + 1) }));

const formats = new Map<string, Intl.DateTimeFormat>();

/** One format for each set of options: making them is slow. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(undefined, options);
  formats.set(key, known);
  return known;
}

/** What a period is called. */
export function periodName({ kind, from, to }: Period): string {
  switch (kind) {
    case "day":
      return format({ weekday: "short", day: "numeric", month: "long", year: "numeric" }).format(from * 1000);
    case "week":
      return format({ day: "numeric", month: "short", year: "numeric" }).formatRange(from * 1000, (to - 1) * 1000);
    case "month":
      return format({ month: "long", year: "numeric" }).format(from * 1000);
    case "year":
      return format({ year: "numeric" }).format(from * 1000);
  }
}

/** What a piece is called, in full or as short as an axis needs. */
export function pieceName({ kind }: Pick<Period, "kind">, piece: Piece, short: boolean): string {
  const at = piece.from * 1000;
  switch (kind) {
    case "day":
      return short
        ? format({ hour: "2-digit" }).format(at)
        : format({ hour: "2-digit", minute: "2-digit" }).formatRange(at, piece.to * 1000);
    case "week":
      return format(short ? { weekday: "short" } : { weekday: "long", day: "numeric", month: "long" }).format(at);
    case "month":
      return format(short ? { day: "numeric" } : { weekday: "short", day: "numeric", month: "long" }).format(at);
    case "year":
      return format(short ? { month: "narrow" } : { month: "long" }).format(at);
  }
}
