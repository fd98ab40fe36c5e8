/** From the stream's texts to events. What does not have the right shape is no event, never half of one. */
import type { StreamEvent } from "./live";

/** The names under which the API sends. */
export const EVENT_NAMES = ["block", "slot", "readings", "orders", "lagged"] as const;

/** Reads one message; `null` if it is not one that this page knows. */
export function parseEvent(name: string, data: string): StreamEvent | null {
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof body !== "object" || body === null) return null;
  const fields = body as Record<string, unknown>;
  const number = (key: string): number => {
    const value = fields[key];
    return typeof value === "number" && Number.isSafeInteger(value) ? value : NaN;
  };
  const maybe = (key: string): number | null => (fields[key] === null ? null : number(key));
  const text = (key: string): string => (typeof fields[key] === "string" ? fields[key] : "");
  const event = eventOf(name, number, maybe, text, fields["finalized"] === true);
  return event && Object.values(event).every((value) => !Number.isNaN(value)) ? event : null;
}

function eventOf(
  name: string,
  number: (key: string) => number,
  maybe: (key: string) => number | null,
  text: (key: string) => string,
  finalized: boolean,
): StreamEvent | null {
  switch (name) {
    case "block":
      return {
        type: "block",
        number: number("number"),
        hash: text("hash"),
        finalized_number: maybe("finalized_number"),
        current_slot: maybe("current_slot"),
      };
    case "slot":
      return { type: "slot", market: number("market"), slot: number("slot"), state: text("state"), finalized };
    case "readings":
      return { type: "readings", market: number("market"), slot: number("slot"), count: number("count") };
    case "orders":
      return { type: "orders", site: number("site") };
    case "lagged":
      return { type: "lagged", missed: maybe("missed") };
    default:
      return null;
  }
}
