/**
 * Under which terms each slot was cleared. They never change afterwards, so each slot is asked for once, and few at a
 * time; a history is never drawn with terms that did not hold yet.
 */
import { type Accessor, createEffect, createSignal, onCleanup } from "solid-js";
import type { EdgeTerms, Slot, SlotDetail } from "../../api/types";

/** Requests under way at once. */
const AT_ONCE = 3;
/** How many slots are remembered: more than a page shows. */
const MOST = 240;

/** The terms of a zone's line in a slot; undefined while they are not known. */
export type TermsOf = (slot: number, zone: number) => EdgeTerms | undefined;

/** Asks for the terms of these slots, as far as they are cleared. A request that fails is made again with the next slot. */
export function createSlotTerms(slots: Accessor<readonly Slot[]>, fetchSlot: (slot: number) => Promise<SlotDetail>): TermsOf {
  const [known, setKnown] = createSignal<ReadonlyMap<number, ReadonlyMap<number, EdgeTerms>>>(new Map());
  const asked = new Set<number>();
  let underWay = 0;
  let gone = false;
  onCleanup(() => (gone = true));
  const next = () => {
    if (gone || underWay >= AT_ONCE) return;
    const slot = slots().find((candidate) => isCleared(candidate) && !asked.has(candidate.slot));
    if (!slot) return;
    asked.add(slot.slot);
    underWay += 1;
    fetchSlot(slot.slot)
      .then((detail) => keep(detail))
      .catch(() => undefined)
      .finally(() => {
        underWay -= 1;
        next();
      });
    next();
  };
  const keep = (detail: SlotDetail) => {
    const zones = new Map(detail.zones.map((zone) => [zone.zone, zone]));
    setKnown((before) => new Map([...before, [detail.slot, zones] as const].slice(-MOST)));
  };
  createEffect(() => {
    slots();
    for (const slot of asked) if (!known().has(slot) && underWay === 0) asked.delete(slot);
    next();
  });
  return (slot, zone) => known().get(slot)?.get(zone);
}

const isCleared = (slot: Slot) => slot.state === "settled";
