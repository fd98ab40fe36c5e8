/** Why what a home gave to the street was not sold: from the public auction and the home's own order. Pure. */
import type { Order, ReadingPoint, Site, Slot, Slots } from "../../api/types";
import { ct, kwh } from "../../units/format";
import { termsIn } from "../grid/slots";

type Reason = "doubted" | "none" | "stopped" | "untraded" | "dear" | "small" | "full" | "left";

/** What went to the supplier in a slot, and why; `words` is null where the reason is not certain. */
export type Unsold = { startUnixS: number; wh: number; reason: Reason | null; words: string | null };

/** What the auction says of a slot in the home's zone. */
export type Auction = { slot: number; priceUeurPerKwh: number | null; isLineFull: boolean };

/** Why only `soldWh` was sold; null where nothing is certain. */
export function reasonOf(soldWh: number, auction: Auction, order: Order | undefined): [Reason, string] | null {
  if (!order) return soldWh === 0 ? ["none", "you had no sell order"] : null;
  // What stood before this version of the order is not known here.
  if (auction.slot < order.from_slot) return null;
  if (soldWh === 0 && order.state !== "active") return ["stopped", `your order was ${order.state}`];
  const price = auction.priceUeurPerKwh;
  const full = auction.isLineFull ? ", as the line was full" : "";
  if (price === null) return ["untraded", "no buyer paid what sellers ask"];
  const offered = order.steps.filter((step) => step.limit_ueur_per_kwh <= price).reduce((sum, step) => sum + step.cap_wh, 0);
  const dearer = order.steps.find((step) => step.limit_ueur_per_kwh > price);
  if (soldWh < offered) return auction.isLineFull ? ["full", "the line was full"] : ["left", "buyers took no more at that price"];
  if (!dearer) return ["small", "your order offers no more"];
  return ["dear", `the price was ${ct(price, 2, 2)}${full}, and you ask ${ct(dearer.limit_ueur_per_kwh, 0, 2)}${offered > 0 ? " for more" : ""}`];
}

const DOUBTED: [Reason, string] = ["doubted", "the reading has a remark, and trades nothing"];

/** What each settled slot gave but did not sell, newest first. */
export function unsoldOf(points: readonly ReadingPoint[], answer: Slots | undefined, site: Pick<Site, "zone" | "orders">): Unsold[] {
  if (!answer) return [];
  const given = new Map(points.map((point) => [point.start_unix_s, point]));
  const terms = termsIn(answer.terms);
  const order = site.orders.find((candidate) => candidate.side === "sell");
  return answer.slots.flatMap((slot) => {
    const point = given.get(slot.start_unix_s);
    const wh = point ? point.export_wh - point.sold_wh : 0;
    if (!point || slot.state !== "settled" || point.quality === "missing" || wh <= 0) return [];
    const auction = auctionOf(slot, site.zone, terms(slot.slot, site.zone)?.capacity_up_wh ?? null);
    const found = point.quality === "good" ? reasonOf(point.sold_wh, auction, order) : DOUBTED;
    return [{ startUnixS: slot.start_unix_s, wh, reason: found?.[0] ?? null, words: found?.[1] ?? null }];
  });
}

function auctionOf(slot: Slot, zone: number, limitWh: number | null): Auction {
  const of = slot.zones.find((candidate) => candidate.zone === zone);
  return {
    slot: slot.slot,
    priceUeurPerKwh: of?.price_ueur_per_kwh ?? null,
    isLineFull: of !== undefined && limitWh !== null && of.net_export_wh >= limitWh,
  };
}

const SUMMED: Record<Reason, string> = {
  doubted: "as the reading has a remark",
  none: "without a sell order",
  stopped: "while your order was stopped",
  untraded: "as no buyer paid what sellers ask",
  dear: "as the price was below what you ask",
  small: "beyond what your order offers",
  full: "as the line was full",
  left: "as buyers took no more",
};

/** All of them in a sentence, the most first: "2.40 kWh went to your supplier: 1.80 kWh as …"; empty without any. */
export function unsoldWords(all: readonly Unsold[]): string {
  const sums = new Map<Reason, number>();
  for (const { reason, wh } of all) if (reason) sums.set(reason, (sums.get(reason) ?? 0) + wh);
  const whole = all.reduce((sum, { wh }) => sum + wh, 0);
  if (whole === 0) return "";
  const parts = [...sums].sort(([, a], [, b]) => b - a).map(([reason, wh]) => `${kwh(wh, 2, 2)} ${SUMMED[reason]}`);
  return `${kwh(whole, 2, 2)} went to your supplier${parts.length > 0 ? `: ${parts.join("; ")}` : ""}.`;
}
