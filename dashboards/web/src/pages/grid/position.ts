/** Which of the slots is shown. Pure. */
import type { Slot } from "../../api/types";

/** Where the picked slot stands among the slots; the newest if it is gone or none is picked. */
export function positionOf(slots: readonly Slot[], picked: number | null): number {
  return Math.max(0, slots.findIndex((slot) => slot.slot === picked));
}
