/** States of slots, readings and gaps, named as they are, each with a tone for its colour. */
import type { GapKind, Quality, SlotState } from "../api/types";

export type Tone = "good" | "info" | "wait" | "bad" | "plain";
export type Named = { words: string; tone: Tone };

/** A slot's state; finality is said only of what is settled, which cannot change any more then. */
export function slotState(slot: { state: SlotState; finalized: boolean }): Named {
  switch (slot.state) {
    case "measured":
      return { words: "Measured", tone: "wait" };
    case "cleared":
      return { words: "Cleared", tone: "info" };
    case "settled":
      return slot.finalized ? { words: "Finalised", tone: "good" } : { words: "Settled", tone: "info" };
    case "empty":
      return { words: "No readings", tone: "plain" };
    case "voided":
      return { words: "Voided", tone: "bad" };
  }
}

/** How many of the four states of a trade are behind: measured, cleared, settled, finalised. */
export function stagesDone(slot: { state: SlotState; finalized: boolean }): number {
  const stages: Record<SlotState, number> = { measured: 1, cleared: 2, settled: slot.finalized ? 4 : 3, empty: 0, voided: 0 };
  return stages[slot.state];
}

/** The names of those states. */
export const STAGES = ["Measured", "Cleared", "Settled", "Finalised"] as const;

export function quality(value: Quality): Named {
  const names: Record<Quality, Named> = {
    good: { words: "Measured", tone: "good" },
    estimated: { words: "Estimated", tone: "wait" },
    flagged: { words: "Flagged", tone: "bad" },
    late: { words: "Late", tone: "bad" },
    missing: { words: "Missing", tone: "bad" },
  };
  return names[value];
}

export function gapKind(kind: GapKind): Named {
  return quality(kind);
}

/** What a verdict's name means: `OVER_EXPORT` and `over_export` are the same. */
export function verdictWords(name: string): string {
  const known: Record<string, string> = {
    estimated: "estimated, or not sampled often enough",
    discontinuous: "does not continue the last reading",
    backward: "its register went backwards",
    above_rated_power: "more than the device can do",
    anchor_unknown: "refers to a block of no such chain",
    anchor_stale: "refers to too old a block",
    late: "came after the slot had closed",
    epoch_changed: "first of a new register epoch",
    over_export: "more exported than produced",
    not_in_service: "before the device was registered",
    skipped: "slots before it were left out",
    clock_unsure: "the gateway's clock may be wrong",
    samples_uncommitted: "its samples cannot be checked",
  };
  const key = name.toLowerCase().replaceAll("-", "_");
  return known[key] ?? key.replaceAll("_", " ");
}
