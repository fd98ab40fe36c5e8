/** Says in a few words why a slot brought a neighbour what it brought, by the public auction and their order. Pure. */
import type { Order } from "../../api/types";
import { ct } from "../../units/format";

/** What is known of a slot, for somebody who buys. */
export type Known = {
  slot: number;
  isSettled: boolean;
  neededWh: number | null;
  boughtWh: number;
  /** The zone's price; null where nothing was traded. */
  zonePriceUeurPerKwh: number | null;
};

/** Why not all that was needed was bought; null where there is nothing to say, or nothing that is certain. */
export function outcome(known: Known, order: Order | undefined): string | null {
  const { slot, isSettled, neededWh, boughtWh, zonePriceUeurPerKwh: price } = known;
  if (!isSettled) return null;
  if (neededWh === null) return "No reading came";
  if (neededWh === 0) return "Nothing was needed";
  if (boughtWh >= neededWh) return null;
  if (!order) return boughtWh === 0 ? "You had no order" : null;
  // What stood before this version of the order is not known here.
  if (slot < order.from_slot) return null;
  if (boughtWh === 0 && order.state === "paused") return "Your order was paused";
  if (boughtWh === 0 && order.state === "cancelled") return "Your order was cancelled";
  if (price === null) return "Nobody sold";
  const dearest = Math.max(0, ...order.steps.map((step) => step.limit_ueur_per_kwh));
  if (boughtWh === 0 && price > dearest) return `Price ${ct(price, 2, 2)}, your limit ${ct(dearest, 0, 2)}`;
  const asked = order.steps.reduce((sum, step) => sum + step.cap_wh, 0);
  if (boughtWh >= asked) return "As much as your order asks for";
  return boughtWh === 0 ? "Nothing was left at your limit" : "More was not to be had at your limit";
}
