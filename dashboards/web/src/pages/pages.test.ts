import { describe, expect, it } from "vitest";
import { withQuery } from "../api/client";
import { problemOf } from "../api/problem";
import type { ReadingPoint, Slot, Trade } from "../api/types";
import { newestAt, pricesOf } from "./buy/prices";
import { fromNear, rowsOf, savedUeur } from "./buy/rows";
import { chartOf } from "./home/chart-data";
import { batteryOf, flowOf, newestMeasured, thickness, totalsOf } from "./home/flow";

const point = (changes: Partial<ReadingPoint> = {}): ReadingPoint => ({
  start_unix_s: 12,
  duration_s: 12,
  import_wh: 0,
  export_wh: 600,
  produced_wh: 1_000,
  used_wh: 400,
  bought_wh: 0,
  paid_ueur: 0,
  sold_wh: 500,
  received_ueur: 50_000,
  minted_ren: "0",
  quality: "good",
  finalized: true,
  ...changes,
});
const slot = (number: number, price: number | null) =>
  ({ slot: number, start_unix_s: number * 12, state: "settled", finalized: false, zones: [{ zone: 1, price_ueur_per_kwh: price, bought_wh: 850, sold_wh: 400 }] }) as Slot;
const trade = (changes: Partial<Trade>): Trade => ({ slot: 1, start_unix_s: 12, site: 7, side: "buy", quantity_wh: 425, price_ueur_per_kwh: 155_000, amount_ueur: 65_875, state: "settled", finalized: true, ...changes });

describe("what a neighbour saved", () => {
  it("is retail minus paid, rounded so that it never flatters", () => {
    expect(savedUeur(425, 65_875, 320_000)).toBe(70_125n);
    expect(savedUeur(1, 0, 999)).toBe(0n);
    expect(savedUeur(1_000, 330_000, 320_000)).toBe(-10_000n);
  });
});

describe("a neighbour's slots", () => {
  it("join slots, readings and trades", () => {
    const [row] = rowsOf([slot(1, 155_000)], [trade({}), trade({ side: "sell" }), trade({ site: 8 })], [point({ import_wh: 530 })], { id: 7, zone: 1, orders: [] }, 320_000);
    expect(row).toMatchObject({ neededWh: 530, boughtWh: 425, nearWh: 200, priceUeurPerKwh: 155_000, paidUeur: 65_875, savedUeur: 70_125n });
  });

  it("show no price and no need where there is none", () => {
    const [row] = rowsOf([slot(1, null)], [], [point({ quality: "missing" })], { id: 7, zone: 1, orders: [] }, 320_000);
    expect(row).toMatchObject({ neededWh: null, boughtWh: 0, priceUeurPerKwh: null });
  });
});

describe("how near bought energy came from", () => {
  it("is the feeder's own sales, shared by its buyers in proportion", () => {
    expect(fromNear(425, { bought_wh: 850, sold_wh: 400 })).toBe(200);
    expect(fromNear(425, { bought_wh: 850, sold_wh: 9_000 })).toBe(425);
    expect(fromNear(1, { bought_wh: 3, sold_wh: 2 })).toBe(0);
  });

  it("is nothing where nothing was bought", () => {
    expect(fromNear(0, { bought_wh: 0, sold_wh: 5 })).toBe(0);
    expect(fromNear(5, undefined)).toBe(0);
  });
});

describe("prices", () => {
  it("exist only where something was traded, oldest first", () => {
    const data = pricesOf([slot(3, 140_000), slot(2, null), slot(1, 120_000)], 1, 320_000);
    expect(data.times).toEqual([12, 24, 36]);
    expect(data.series[0]?.values).toEqual([12, null, 14]);
    expect(newestAt(data)).toBe(36);
    expect(newestAt(pricesOf([slot(4, null), slot(3, 140_000)], 1, 0))).toBe(36);
    expect(newestAt(pricesOf([slot(4, null)], 1, 0))).toBe(0);
    expect(pricesOf([slot(1, 1)], 2, 0).series[0]?.values).toEqual([null]);
  });
});

describe("a home's flows", () => {
  it("are the measured ones", () => {
    expect(flowOf(point())).toMatchObject({ producedWh: 1_000, netExportWh: 600, ownWh: 400 });
    expect(flowOf(point({ used_wh: -5, export_wh: 1_200 }))).toMatchObject({ usedWh: 0, ownWh: 0 });
  });

  it("have the battery's part, which is what is left", () => {
    expect(batteryOf(point())).toBe(0);
    expect(batteryOf(point({ produced_wh: 0, export_wh: 0, import_wh: 100, used_wh: 500 }))).toBe(400);
    expect(flowOf(point({ export_wh: 100, used_wh: 400 })).batteryWh).toBe(-500);
  });

  it("come from the newest point that shows anything", () => {
    const points = [point({ start_unix_s: 1 }), point({ start_unix_s: 2, quality: "missing" })];
    expect(newestMeasured(points)?.start_unix_s).toBe(1);
    expect(newestMeasured([])).toBeUndefined();
  });

  it("are drawn between two widths", () => {
    expect(thickness(0, 10)).toBe(2);
    expect(thickness(10, 10)).toBe(9);
    expect(thickness(10, 0)).toBe(2);
  });

  it("add up over a day", () => {
    expect(totalsOf([point(), point()])).toEqual({ producedWh: 2_000, usedWh: 800 });
  });

  it("have a gap, not a zero, where a reading is missing", () => {
    const data = chartOf([point(), point({ quality: "missing" })], Infinity, true, false);
    expect(data.series.map((series) => series.name)).toEqual(["Produced", "Sold", "Used"]);
    expect(data.series[0]?.values).toEqual([1, null]);
    expect(chartOf([point({ bought_wh: 1 })], Infinity, false, false).series.map((series) => series.name)).toEqual(["Sold", "Bought", "Used"]);
    expect(chartOf([point({ used_wh: 500 })], Infinity, true, true).series.at(-1)).toMatchObject({ name: "Battery gave", values: [0.1] });
  });
});

describe("requests", () => {
  it("leave out what is not asked", () => {
    expect(withQuery("markets/0/slots", { limit: 5, from: undefined })).toBe("markets/0/slots?limit=5");
    expect(withQuery("status", {})).toBe("status");
  });

  it("turn problem documents into words, and anything else too", async () => {
    const document = new Response('{"title":"Not yours","detail":"This site is another\'s."}', { status: 403 });
    expect(await problemOf(document)).toMatchObject({ status: 403, title: "Not yours", message: "This site is another's." });
    const page = new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" });
    expect((await problemOf(page)).message).toBe("The server answered 502 Bad Gateway.");
  });
});
