import { describe, expect, it } from "vitest";
import type { Order, ReadingPoint, Slot, Slots } from "../../api/types";
import { chartOf, settledUnixS } from "./chart-data";
import { isSilent, nameOf } from "./silence";
import { reasonOf, unsoldOf, unsoldWords } from "./unsold";

const order = (changes: Partial<Order> = {}): Order => ({
  side: "sell",
  steps: [
    { limit_ueur_per_kwh: 80_000, cap_wh: 1_000 },
    { limit_ueur_per_kwh: 110_000, cap_wh: 4_000 },
  ],
  state: "active",
  from_slot: 5,
  held_ueur: 0,
  missing_ueur: null,
  finalized: true,
  ...changes,
});
const auction = (priceUeurPerKwh: number | null, isLineFull = false) => ({ slot: 9, priceUeurPerKwh, isLineFull });
const why = (...of: Parameters<typeof reasonOf>) => reasonOf(...of)?.[1].replace(/[\u00a0\u202f]/g, " ") ?? null;

describe("why not all was sold", () => {
  it("is the price, the line, the order, or the want of buyers", () => {
    expect(why(0, auction(70_000), order())).toBe("the price was 7.00 ct/kWh, and you ask 8 ct/kWh");
    expect(why(1_000, auction(92_000), order())).toBe("the price was 9.20 ct/kWh, and you ask 11 ct/kWh for more");
    expect(why(0, auction(70_000, true), order())).toContain("as the line was full");
    expect(why(400, auction(80_000, true), order())).toBe("the line was full");
    expect(why(400, auction(80_000), order())).toBe("buyers took no more at that price");
    expect(why(5_000, auction(150_000), order())).toBe("your order offers no more");
    expect(why(0, auction(null), order())).toBe("no buyer paid what sellers ask");
    expect(why(0, auction(150_000), order({ state: "cancelled" }))).toBe("your order was cancelled");
    expect(why(0, auction(150_000), undefined)).toBe("you had no sell order");
  });

  it("is not guessed", () => {
    expect(why(0, auction(70_000), order({ from_slot: 10 }))).toBeNull();
    expect(why(10, auction(70_000), undefined)).toBeNull();
  });
});

const point = (slot: number, changes: Partial<ReadingPoint> = {}) =>
  ({ start_unix_s: slot * 12, export_wh: 1_400, sold_wh: 1_000, bought_wh: 0, produced_wh: 2_000, used_wh: 600, import_wh: 0, quality: "good", ...changes }) as ReadingPoint;
const slot = (number: number, state = "settled") =>
  ({ slot: number, start_unix_s: number * 12, state, zones: [{ zone: 1, price_ueur_per_kwh: 92_000, net_export_wh: 900 }] }) as Slot;
const answer: Slots = {
  slots: [slot(10, "cleared"), slot(9), slot(8), slot(7)],
  terms: [{ zone: 1, from_slot: 7, fee_ueur_per_kwh: 0, capacity_up_wh: 50_000, capacity_down_wh: null }],
  next_to_unix_s: null,
};

describe("what went to the supplier", () => {
  it("is told of settled slots that gave more than they sold", () => {
    const all = unsoldOf([point(10), point(9), point(8, { sold_wh: 1_400 }), point(7, { sold_wh: 0, quality: "flagged" })], answer, { zone: 1, orders: [order()] });
    expect(all.map(({ startUnixS, wh, reason }) => [startUnixS, wh, reason])).toEqual([[108, 400, "dear"], [84, 1_400, "doubted"]]);
    expect(unsoldWords(all).replace(/[\u00a0\u202f]/g, " ")).toBe(
      "1.80 kWh went to your supplier: 1.40 kWh as the reading has a remark; 0.40 kWh as the price was below what you ask.",
    );
  });

  it("is nothing while nothing is known", () => {
    expect(unsoldOf([point(9)], undefined, { zone: 1, orders: [] })).toEqual([]);
    expect(unsoldWords([])).toBe("");
  });
});

describe("a day's chart", () => {
  it("has no sales of slots that are not settled, which is not zero", () => {
    expect(settledUnixS(answer)).toBe(108);
    expect(settledUnixS(undefined)).toBe(Infinity);
    const [, sold] = chartOf([point(9), point(10, { sold_wh: 0 })], settledUnixS(answer), true, false).series;
    expect(sold?.values).toEqual([1, null]);
  });
});

describe("a device", () => {
  it("is silent after four slots and the time to arrive, and new while nothing was heard", () => {
    expect(isSilent(100, 12, 178)).toBe(false);
    expect(isSilent(100, 12, 179)).toBe(true);
    expect(isSilent(null, 12, 9_999)).toBe(false);
    expect(nameOf("production")).toBe("Solar inverter");
    expect(nameOf("car")).toBe("car");
  });
});
