/** The lines of a day's chart, from its measured slots. Pure. */
import type { ReadingPoint, Slots } from "../../api/types";
import type { ChartData, Series } from "../../components/chart";
import { batteryOf } from "./flow";

/** When the newest settled slot began; everything if none is known. */
export function settledUnixS(slots: Slots | undefined): number {
  return slots?.slots.find((slot) => slot.state === "settled")?.start_unix_s ?? Infinity;
}

/** The chart's lines. A slot without a reading has no value, nor has what is not settled yet: neither is zero. */
export function chartOf(points: readonly ReadingPoint[], settledUnixS: number, hasPanels: boolean, hasBattery: boolean): ChartData {
  const values = (of: (point: ReadingPoint) => number) =>
    points.map((point) => (point.quality === "missing" ? null : of(point) / 1000));
  const traded = (of: (point: ReadingPoint) => number) =>
    values(of).map((value, index) => ((points[index]?.start_unix_s ?? 0) > settledUnixS ? null : value));
  const used: Series = { name: "Used", colour: "ink", shape: "line", values: values((point) => point.used_wh) };
  const sold: Series = { name: "Sold", colour: "green", shape: "bars", values: traded((point) => point.sold_wh) };
  const bought: Series = { name: "Bought", colour: "blue", shape: "bars", values: traded((point) => point.bought_wh) };
  const produced: Series = { name: "Produced", colour: "sun", shape: "area", values: values((point) => point.produced_wh) };
  const battery: Series = { name: "Battery gave", colour: "violet", shape: "line", values: values(batteryOf) };
  const buys = points.some((point) => point.bought_wh > 0);
  const series = [...(hasPanels ? [produced] : []), sold, ...(buys ? [bought] : []), used, ...(hasBattery ? [battery] : [])];
  return { times: points.map((point) => point.start_unix_s), series };
}
