/** An order in words: apart from what all calls say, since pages show orders before anything is signed. */
import type { OrderStep, Side } from "../api/types";
import { ct, kwh } from "../units/format";
import { aSlot } from "../units/time";

/** The steps of an order as one sentence: "buy up to 2 kWh a quarter-hour at ≤ 18 ct/kWh, then …". */
export function orderWords(side: Side, steps: readonly OrderStep[], energySeconds: number): string {
  const limit = side === "buy" ? "≤" : "≥";
  const parts = steps.map((step, number) => {
    const amount = `up to ${kwh(step.cap_wh, 1)}${number === 0 ? "" : " more"}`;
    const slot = number === 0 ? ` ${aSlot(energySeconds)}` : "";
    return `${amount}${slot} at ${limit} ${ct(step.limit_ueur_per_kwh)}`;
  });
  return `${side === "buy" ? "Buy" : "Sell"} ${parts.join(", then ")}`;
}
