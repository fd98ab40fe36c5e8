/** The tree of zones in the order in which it is read, and what a line carries against what it can. Pure. */
import type { EdgeTerms, Slot, Zone } from "../../api/types";

/** Parents before their children, children by id. What hangs on no known zone comes last, so that nothing is hidden. */
export function inTreeOrder(zones: readonly Zone[]): Zone[] {
  const children = new Map<number | null, Zone[]>();
  for (const zone of [...zones].sort((a, b) => a.id - b.id)) {
    children.set(zone.parent, [...(children.get(zone.parent) ?? []), zone]);
  }
  const ordered: Zone[] = [];
  const visit = (parent: number | null) => {
    for (const zone of children.get(parent) ?? []) {
      ordered.push(zone);
      visit(zone.id);
    }
  };
  visit(null);
  const seen = new Set(ordered.map((zone) => zone.id));
  return [...ordered, ...zones.filter((zone) => !seen.has(zone.id))];
}

/** What a line carries in a slot. */
export type LineFlow = {
  direction: "up" | "down" | "none";
  wh: number;
  /** In that direction; null if it has no limit. */
  capacityWh: number | null;
  isFull: boolean;
};

/** The flow over a zone's line to its parent: what the zone exports goes up. */
export function lineFlow(netExportWh: number, terms: EdgeTerms): LineFlow {
  const wh = Math.abs(netExportWh);
  const direction = netExportWh > 0 ? "up" : netExportWh < 0 ? "down" : "none";
  const capacityWh = direction === "down" ? terms.capacity_down_wh : terms.capacity_up_wh;
  return { direction, wh, capacityWh, isFull: wh > 0 && capacityWh !== null && wh >= capacityWh };
}

/** A line in one slot of the past: null where nothing was cleared, and its terms as far as they are known. */
export type Past = { wh: number | null; terms: EdgeTerms | undefined };

/** A zone's flows, oldest slot first, each with the terms that held in it. */
export function historyOf(
  slots: readonly Slot[],
  zone: number,
  most: number,
  termsOf: (slot: number, zone: number) => EdgeTerms | undefined,
): Past[] {
  return slots
    .slice(0, most)
    .map((slot) => ({ wh: flowIn(slot, zone), terms: termsOf(slot.slot, zone) }))
    .reverse();
}

/** What a zone exported in a slot; null before it was cleared. */
export function flowIn(slot: Slot, zone: number): number | null {
  if (slot.state === "measured") return null;
  return slot.zones.find((candidate) => candidate.zone === zone)?.net_export_wh ?? 0;
}

/** The scale of a small picture of flows: the largest flow, and the limits if they are not far beyond it. */
export function scaleOf(history: readonly Past[]): number {
  const largest = Math.max(1, ...history.map((past) => Math.abs(past.wh ?? 0)));
  const limits = history
    .flatMap((past) => (past.terms ? [past.terms.capacity_up_wh, past.terms.capacity_down_wh] : []))
    .filter((wh) => wh !== null && wh <= 3 * largest);
  return Math.max(largest, ...limits.map((wh) => wh ?? 0));
}
