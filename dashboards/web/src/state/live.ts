/**
 * What the page knows of the chain's pulse, as one value and one pure function. Each counter says how often something
 * changed: whoever shows that thing fetches it again when its counter moved.
 */
import { ownClock } from "../units/time";

/** What the stream says. */
export type StreamEvent =
  | { type: "block"; number: number; hash: string; finalized_number: number | null; current_slot: number | null }
  | { type: "slot"; market: number; slot: number; state: string; finalized: boolean }
  | { type: "readings"; market: number; slot: number; count: number }
  | { type: "orders"; site: number }
  | { type: "lagged"; missed: number | null };

/** What happens to the stream itself. */
export type Happening = StreamEvent | { type: "open" } | { type: "broken" };

export type Live = {
  connection: "connecting" | "open" | "broken";
  best: number | null;
  finalized: number | null;
  currentSlot: number | null;
  /** When the last block came, by this machine's clock. */
  blockAtMs: number | null;
  /** Everything may have changed: the stream was away. */
  all: number;
  slots: Readonly<Record<number, number>>;
  readings: Readonly<Record<number, number>>;
  orders: Readonly<Record<number, number>>;
};

export const silent: Live = {
  connection: "connecting",
  best: null,
  finalized: null,
  currentSlot: null,
  blockAtMs: null,
  all: 0,
  slots: {},
  readings: {},
  orders: {},
};

const raised = (counters: Readonly<Record<number, number>>, key: number) => ({
  ...counters,
  [key]: (counters[key] ?? 0) + 1,
});

/** The state after something happened at `nowMs`. */
export function after(live: Live, happening: Happening, nowMs: number): Live {
  switch (happening.type) {
    case "open":
      // The first connection finds a page that has just fetched everything.
      return { ...live, connection: "open", all: live.connection === "broken" ? live.all + 1 : live.all };
    case "broken":
      return { ...live, connection: "broken" };
    case "block":
      return {
        ...live,
        best: happening.number,
        finalized: happening.finalized_number,
        currentSlot: happening.current_slot,
        blockAtMs: nowMs,
      };
    case "slot":
      return { ...live, slots: raised(live.slots, happening.market) };
    case "readings":
      return { ...live, readings: raised(live.readings, happening.market) };
    case "orders":
      return { ...live, orders: raised(live.orders, happening.site) };
    case "lagged":
      return { ...live, all: live.all + 1 };
  }
}

/** A block every three seconds: after this long without one, something stands still. */
export const STALE_AFTER_S = 15;

export type Pulse = { level: "live" | "waiting" | "stale"; words: string };

/** How the chain is, in words. */
export function pulse(live: Live, nowMs: number): Pulse {
  if (live.connection === "broken") return { level: "stale", words: "No connection: trying again" };
  if (live.blockAtMs === null) return { level: "waiting", words: "Waiting for a block" };
  const seconds = Math.floor((nowMs - live.blockAtMs) / 1000);
  if (seconds >= STALE_AFTER_S) return { level: "stale", words: `No block for ${seconds} s` };
  return { level: "live", words: "Live" };
}

/** What stops figures from coming, in words; null if nothing does. `heardAtMs`: when the last block came. */
export function awayWords(isOnline: boolean, connection: Live["connection"], heardAtMs: number | null): string | null {
  if (isOnline && connection !== "broken") return null;
  const what = isOnline ? "The server does not answer." : "You are offline.";
  const figures = heardAtMs === null ? "Figures come" : `The figures are those of ${ownClock(heardAtMs / 1000)}. They go on`;
  return `${what} ${figures} by themselves once it is back.`;
}
