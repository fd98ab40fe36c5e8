/** Which of the slots is shown, and under which terms each was cleared. Pure. */
import type { EdgeTerms, LineTerms, Slot } from "../../api/types";

/** Where the picked slot stands among the slots; the newest if it is gone or none is picked. */
export function positionOf(slots: readonly Slot[], picked: number | null): number {
  return Math.max(0, slots.findIndex((slot) => slot.slot === picked));
}

/**
 * The terms of a zone's line in a slot; undefined while they are not known. A history is never drawn with terms that
 * did not hold yet.
 */
export type TermsOf = (slot: number, zone: number) => EdgeTerms | undefined;

/** Finds terms in an answer's list, in which each holds until the zone's next one. */
export function termsIn(list: readonly LineTerms[]): TermsOf {
  const ofZone = new Map<number, LineTerms[]>();
  for (const terms of list) ofZone.set(terms.zone, [...(ofZone.get(terms.zone) ?? []), terms]);
  return (slot, zone) => ofZone.get(zone)?.findLast((terms) => terms.from_slot <= slot);
}
