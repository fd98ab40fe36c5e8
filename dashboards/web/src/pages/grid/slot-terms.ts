/** Under which terms each slot was cleared: a history is never drawn with terms that did not hold yet. Pure. */
import type { EdgeTerms, LineTerms } from "../../api/types";

/** The terms of a zone's line in a slot; undefined while they are not known. */
export type TermsOf = (slot: number, zone: number) => EdgeTerms | undefined;

/** Finds terms in an answer's list, in which each holds until the zone's next one. */
export function termsIn(list: readonly LineTerms[]): TermsOf {
  const ofZone = new Map<number, LineTerms[]>();
  for (const terms of list) ofZone.set(terms.zone, [...(ofZone.get(terms.zone) ?? []), terms]);
  return (slot, zone) => ofZone.get(zone)?.findLast((terms) => terms.from_slot <= slot);
}
