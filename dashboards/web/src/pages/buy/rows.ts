/** What happened to a neighbour's demand slot by slot: slots, readings and trades joined. Pure. */
import type { ReadingPoint, Site, Slot, SlotState, Trade, ZoneSlot } from "../../api/types";
import { divideDown, exact } from "../../units/decimal";
import { outcome } from "./outcome";

export type BuyRow = {
  slot: number;
  startUnixS: number;
  state: SlotState;
  finalized: boolean;
  /** What the meter took from the street; null if no reading is there. */
  neededWh: number | null;
  boughtWh: number;
  /** How much of it was sold on the site's own feeder; the rest came over the substation. */
  nearWh: number;
  priceUeurPerKwh: number | null;
  paidUeur: number;
  savedUeur: bigint;
  /** Why not all that was needed was bought; null where there is nothing to say. */
  why: string | null;
};

/** What energy would have cost more at retail; negative if it was dearer. Rounded down, so that it never flatters. */
export function savedUeur(quantityWh: number, paidUeur: number, retailUeurPerKwh: number): bigint {
  return divideDown(exact(quantityWh) * exact(retailUeurPerKwh), 1000n) - exact(paidUeur);
}

/**
 * How much of what was bought in a zone came from the zone itself. The auction pairs no seller with a buyer, so that a
 * zone's buyers share its own sales in proportion. Rounded down, so that it never flatters.
 */
export function fromNear(boughtWh: number, zone: Pick<ZoneSlot, "bought_wh" | "sold_wh"> | undefined): number {
  if (!zone || zone.bought_wh === 0) return 0;
  return Number(divideDown(exact(boughtWh) * exact(Math.min(zone.sold_wh, zone.bought_wh)), exact(zone.bought_wh)));
}

/** One row a slot, newest first. */
export function rowsOf(
  slots: readonly Slot[],
  trades: readonly Trade[],
  points: readonly ReadingPoint[],
  { id: site, zone, orders }: Pick<Site, "id" | "zone" | "orders">,
  retailUeurPerKwh: number,
): BuyRow[] {
  const needed = new Map(points.map((point) => [point.start_unix_s, point.quality === "missing" ? null : point.import_wh]));
  const bought = new Map<number, Trade[]>();
  for (const trade of trades) {
    if (trade.site === site && trade.side === "buy") bought.set(trade.slot, [...(bought.get(trade.slot) ?? []), trade]);
  }
  const order = orders.find((candidate) => candidate.side === "buy");
  return slots.map((slot) => {
    const mine = bought.get(slot.slot) ?? [];
    const boughtWh = mine.reduce((sum, trade) => sum + trade.quantity_wh, 0);
    const paidUeur = mine.reduce((sum, trade) => sum + trade.amount_ueur, 0);
    const zoneSlot = slot.zones.find((candidate) => candidate.zone === zone);
    const neededWh = needed.get(slot.start_unix_s) ?? null;
    const known = { slot: slot.slot, isSettled: slot.state === "settled", neededWh, boughtWh, zonePriceUeurPerKwh: zoneSlot?.price_ueur_per_kwh ?? null };
    return {
      slot: slot.slot,
      startUnixS: slot.start_unix_s,
      state: slot.state,
      finalized: slot.finalized,
      neededWh,
      boughtWh,
      nearWh: fromNear(boughtWh, zoneSlot),
      priceUeurPerKwh: mine[0]?.price_ueur_per_kwh ?? null,
      paidUeur,
      savedUeur: savedUeur(boughtWh, paidUeur, retailUeurPerKwh),
      why: outcome(known, order),
    };
  });
}
