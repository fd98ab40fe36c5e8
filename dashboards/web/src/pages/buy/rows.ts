/** What happened to a neighbour's demand slot by slot: slots, readings and trades joined. Pure. */
import type { ReadingPoint, Slot, SlotState, Trade } from "../../api/types";
import { divideDown, exact } from "../../units/decimal";

export type BuyRow = {
  slot: number;
  startUnixS: number;
  state: SlotState;
  finalized: boolean;
  /** What the meter took from the street; null if no reading is there. */
  neededWh: number | null;
  boughtWh: number;
  priceUeurPerKwh: number | null;
  paidUeur: number;
  savedUeur: bigint;
};

/** What energy would have cost more at retail; negative if it was dearer. Rounded down, so that it never flatters. */
export function savedUeur(quantityWh: number, paidUeur: number, retailUeurPerKwh: number): bigint {
  return divideDown(exact(quantityWh) * exact(retailUeurPerKwh), 1000n) - exact(paidUeur);
}

/** One row a slot, newest first. */
export function rowsOf(
  slots: readonly Slot[],
  trades: readonly Trade[],
  points: readonly ReadingPoint[],
  site: number,
  retailUeurPerKwh: number,
): BuyRow[] {
  const needed = new Map(points.map((point) => [point.start_unix_s, point.quality === "missing" ? null : point.import_wh]));
  const bought = new Map<number, Trade[]>();
  for (const trade of trades) {
    if (trade.site === site && trade.side === "buy") bought.set(trade.slot, [...(bought.get(trade.slot) ?? []), trade]);
  }
  return slots.map((slot) => {
    const mine = bought.get(slot.slot) ?? [];
    const boughtWh = mine.reduce((sum, trade) => sum + trade.quantity_wh, 0);
    const paidUeur = mine.reduce((sum, trade) => sum + trade.amount_ueur, 0);
    return {
      slot: slot.slot,
      startUnixS: slot.start_unix_s,
      state: slot.state,
      finalized: slot.finalized,
      neededWh: needed.get(slot.start_unix_s) ?? null,
      boughtWh,
      priceUeurPerKwh: mine[0]?.price_ueur_per_kwh ?? null,
      paidUeur,
      savedUeur: savedUeur(boughtWh, paidUeur, retailUeurPerKwh),
    };
  });
}
