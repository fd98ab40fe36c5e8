/** What a market traded in each piece of a period, from its slots or from the API's sums. Exact integers; pure. */
import type { MarketPoint, Slot } from "../api/types";
import type { Piece } from "./period";

/** Wh and µ€. `nearWh` never crossed a line: it was sold in the buyer's zone. The API's sums do not tell it: null. */
export type MarketSums = { volumeWh: number; nearWh: number | null; paidUeur: number; feesUeur: number; rentUeur: number };

export const NOTHING: MarketSums = { volumeWh: 0, nearWh: 0, paidUeur: 0, feesUeur: 0, rentUeur: 0 };

const plus = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);

function add(sums: MarketSums, slot: Slot): MarketSums {
  const near = slot.zones.reduce((sum, zone) => sum + Math.min(zone.bought_wh, zone.sold_wh), 0);
  return {
    volumeWh: sums.volumeWh + slot.volume_wh,
    nearWh: plus(sums.nearWh, Math.min(near, slot.volume_wh)),
    paidUeur: sums.paidUeur + slot.paid_ueur,
    feesUeur: sums.feesUeur + slot.network_fees_ueur,
    rentUeur: sums.rentUeur + slot.congestion_rent_ueur,
  };
}

/** The sums of the slots that begin in each piece; null where there was none that is settled. */
export function marketByPiece(slots: readonly Slot[], pieces: readonly Piece[]): (MarketSums | null)[] {
  const settled = slots.filter((slot) => slot.state === "settled");
  return pieces.map(({ from, to }) => {
    const within = settled.filter((slot) => slot.start_unix_s >= from && slot.start_unix_s < to);
    return within.length === 0 ? null : within.reduce(add, NOTHING);
  });
}

/** The API's sums of each piece; null where nothing was settled. */
export function sumsByPiece(points: readonly MarketPoint[], pieces: readonly Piece[]): (MarketSums | null)[] {
  const byStart = new Map(points.map((point) => [point.start_unix_s, point]));
  return pieces.map(({ from }) => {
    const point = byStart.get(from);
    if (!point || point.slots === 0) return null;
    const { volume_wh, paid_ueur, network_fees_ueur, congestion_rent_ueur } = point;
    return { volumeWh: volume_wh, nearWh: null, paidUeur: paid_ueur, feesUeur: network_fees_ueur, rentUeur: congestion_rent_ueur };
  });
}

/** All pieces together. */
export function allOf(parts: readonly (MarketSums | null)[]): MarketSums {
  return parts.reduce<MarketSums>((sums, part) => {
    if (!part) return sums;
    const { volumeWh, nearWh, paidUeur, feesUeur, rentUeur } = part;
    return {
      volumeWh: sums.volumeWh + volumeWh,
      nearWh: plus(sums.nearWh, nearWh),
      paidUeur: sums.paidUeur + paidUeur,
      feesUeur: sums.feesUeur + feesUeur,
      rentUeur: sums.rentUeur + rentUeur,
    };
  }, NOTHING);
}
