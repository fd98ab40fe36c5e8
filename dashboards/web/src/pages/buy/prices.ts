/** Prices of a feeder as lines of a chart. Pure. */
import type { Slot } from "../../api/types";
import type { ChartData } from "../../components/chart";

/** Prices of a zone in ct/kWh, oldest first, beside the retail tariff. */
export function pricesOf(slots: readonly Slot[], zone: number, retailUeurPerKwh: number): ChartData {
  const oldestFirst = [...slots].reverse();
  const prices = oldestFirst.map((slot) => {
    const price = slot.zones.find((candidate) => candidate.zone === zone)?.price_ueur_per_kwh;
    return typeof price === "number" ? price / 10_000 : null;
  });
  return {
    times: oldestFirst.map((slot) => slot.start_unix_s),
    series: [
      { name: "Price", colour: "green", shape: "dots", values: prices },
      { name: "Retail tariff", colour: "red", shape: "line", values: prices.map(() => retailUeurPerKwh / 10_000) },
    ],
  };
}

/** When the slot of the newest price began, in unix seconds; 0 if there is no price. */
export function newestAt(data: ChartData): number {
  const at = data.series[0]?.values.findLastIndex((price) => price !== null) ?? -1;
  return data.times[at] ?? 0;
}
