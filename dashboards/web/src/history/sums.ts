/** What a home produced, used, traded and saved in a period, and how its parts stack. Exact integers; pure. */
import type { ReadingPoint } from "../api/types";
import { divideDown, exact } from "../units/decimal";
import type { Piece } from "./period";

/** Wh and µ€ of a piece of time, or of all of them. */
export type Sums = {
  producedWh: number;
  usedWh: number;
  importWh: number;
  soldWh: number;
  boughtWh: number;
  receivedUeur: number;
  paidUeur: number;
  /** Produced and used at home. */
  ownWh: number;
  /** Given to the supplier, because no neighbour bought it. */
  toSupplierWh: number;
  /** Taken from the supplier. */
  fromSupplierWh: number;
};

export const NOTHING: Sums = {
  producedWh: 0,
  usedWh: 0,
  importWh: 0,
  soldWh: 0,
  boughtWh: 0,
  receivedUeur: 0,
  paidUeur: 0,
  ownWh: 0,
  toSupplierWh: 0,
  fromSupplierWh: 0,
};

/** The sums of one point. What is sold and bought is part of what went over the meter. */
export function sumsOf(point: ReadingPoint): Sums {
  const above0 = (wh: number) => Math.max(0, wh);
  return {
    producedWh: point.produced_wh,
    usedWh: point.used_wh,
    importWh: point.import_wh,
    soldWh: point.sold_wh,
    boughtWh: point.bought_wh,
    receivedUeur: point.received_ueur,
    paidUeur: point.paid_ueur,
    ownWh: above0(point.produced_wh - point.export_wh),
    toSupplierWh: above0(point.export_wh - point.sold_wh),
    fromSupplierWh: above0(point.import_wh - point.bought_wh),
  };
}

export function add(a: Sums, b: Sums): Sums {
  const sum = { ...a };
  for (const key of Object.keys(sum) as (keyof Sums)[]) sum[key] += b[key];
  return sum;
}

/** The sums of each piece; null where nothing was measured. */
export function sumsByPiece(points: readonly ReadingPoint[], pieces: readonly Piece[]): (Sums | null)[] {
  const byStart = new Map(points.filter(isMeasured).map((point) => [point.start_unix_s, sumsOf(point)]));
  return pieces.map((piece) => byStart.get(piece.from) ?? null);
}

/** A gap alone is no measurement; a day with a gap is. */
const isMeasured = (point: ReadingPoint) =>
  point.quality !== "missing" || point.import_wh + point.export_wh + point.produced_wh + point.used_wh > 0;

/** What came from the own roof and from neighbours, in whole percent of what was used; null where nothing was used. */
export function localPercent(sums: Sums): number | null {
  const all = sums.ownWh + sums.importWh;
  if (all === 0) return null;
  return Math.floor((100 * (sums.ownWh + Math.min(sums.boughtWh, sums.importWh))) / all);
}

/** What the bought energy would have cost more from the supplier; negative if it was dearer. Rounded down. */
export function savedUeur(sums: Sums, retailUeurPerKwh: number): bigint {
  return divideDown(exact(sums.boughtWh) * exact(retailUeurPerKwh), 1000n) - exact(sums.paidUeur);
}

/** How much more or less than before, in whole percent; null where there was nothing before. */
export function changePercent(now: bigint | number, before: bigint | number): number | null {
  const [a, b] = [Number(now), Number(before)];
  return b > 0 ? Math.round((100 * (a - b)) / b) : null;
}

/** The next larger number that begins with 1, 2 or 5. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value) ?? value;
}
