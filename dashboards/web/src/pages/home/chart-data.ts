/** The lines of a day's chart, from its measured slots. Pure. */
import type { ReadingPoint } from "../../api/types";
import type { ChartData, Series } from "../../components/chart";
import { batteryOf } from "./flow";

/** The chart's lines. A slot without a reading has no value, which is not zero. */
export function chartOf(points: readonly ReadingPoint[], hasPanels: boolean, hasBattery: boolean): ChartData {
  const values = (of: (point: ReadingPoint) => number) =>
    points.map((point) => (point.quality === "missing" ? null : of(point) / 1000));
  const used: Series = { name: "Used", colour: "ink", shape: "line", values: values((point) => point.used_wh) };
  const sold: Series = { name: "Sold", colour: "green", shape: "bars", values: values((point) => point.sold_wh) };
  const bought: Series = { name: "Bought", colour: "blue", shape: "bars", values: values((point) => point.bought_wh) };
  const produced: Series = { name: "Produced", colour: "sun", shape: "area", values: values((point) => point.produced_wh) };
  const battery: Series = { name: "Battery gave", colour: "violet", shape: "line", values: values(batteryOf) };
  const buys = points.some((point) => point.bought_wh > 0);
  const series = [...(hasPanels ? [produced] : []), sold, ...(buys ? [bought] : []), used, ...(hasBattery ? [battery] : [])];
  return { times: points.map((point) => point.start_unix_s), series };
}
