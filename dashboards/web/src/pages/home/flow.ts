/** The figures of the flow picture, from one measured slot. Pure. */
import type { ReadingPoint } from "../../api/types";

/** What flows where in a slot, in Wh; the street gives or takes. */
export type Flow = {
  producedWh: number;
  usedWh: number;
  importWh: number;
  exportWh: number;
  /** From the home's view: positive is given to the street. */
  netExportWh: number;
  /** Of the production, what the home used itself. */
  ownWh: number;
  /** What the battery gave; negative is taken. */
  batteryWh: number;
};

/** The flows of a point. A battery makes use differ from production and street; own use is never below zero. */
export function flowOf(point: ReadingPoint): Flow {
  return {
    producedWh: point.produced_wh,
    usedWh: Math.max(0, point.used_wh),
    importWh: point.import_wh,
    exportWh: point.export_wh,
    netExportWh: point.export_wh - point.import_wh,
    ownWh: Math.max(0, point.produced_wh - point.export_wh),
    batteryWh: batteryOf(point),
  };
}

/**
 * What the battery gave in a point, or took if negative. The API calculates use as production and import less export,
 * plus what storage gave: this is what is left. Without a battery it is 0.
 */
export function batteryOf(point: ReadingPoint): number {
  return point.used_wh - (point.produced_wh + point.import_wh - point.export_wh);
}

/** The newest point that shows anything. */
export function newestMeasured(points: readonly ReadingPoint[]): ReadingPoint | undefined {
  return points.findLast((point) => point.quality !== "missing");
}

/** How thick a flow's line is, from 2 to 9, by its share of the largest. */
export function thickness(wh: number, largestWh: number): number {
  if (wh <= 0 || largestWh <= 0) return 2;
  return 2 + Math.min(7, (7 * wh) / largestWh);
}

/** What a day came to. */
export type Totals = { producedWh: number; usedWh: number };

export function totalsOf(points: readonly ReadingPoint[]): Totals {
  return points.reduce(
    (sum, point) => ({ producedWh: sum.producedWh + point.produced_wh, usedWh: sum.usedWh + point.used_wh }),
    { producedWh: 0, usedWh: 0 },
  );
}
