import { describe, expect, it } from "vitest";
import type { MarketPoint, ReadingPoint, Slot } from "../api/types";
import { allOf, marketByPiece, sumsByPiece as marketSumsByPiece } from "./market-sums";
import { KINDS, periodOf } from "./period";
import { dayName, midnightOf, rangeError } from "./range";
import { NOTHING, add, changePercent, localPercent, roundUp, savedUeur, sumsByPiece, sumsOf } from "./sums";

// The tests' own zone is whatever the machine has; what holds in each is said here, and Berlin's days in the browser
// test.
const AT = Math.floor(new Date(2026, 6, 15, 14, 30).getTime() / 1000);
const day = (unixS: number) => new Date(unixS * 1000);

describe("periods", () => {
  it("are without a gap, and hold the moment that they are of", () => {
    for (const kind of KINDS) {
      const now = periodOf(kind, AT, 0);
      expect(now.from <= AT && AT < now.to, kind).toBe(true);
      expect(periodOf(kind, AT, 1).to, kind).toBe(now.from);
      expect(now.pieces[0]?.from).toBe(now.from);
      expect(now.pieces.at(-1)?.to).toBe(now.to);
      now.pieces.forEach((piece, index) => index > 0 && expect(piece.from).toBe(now.pieces[index - 1]?.to));
    }
  });

  it("begin where people's calendars begin them", () => {
    expect(day(periodOf("week", AT, 0).from).getDay()).toBe(1);
    expect(day(periodOf("month", AT, 5).from).getMonth()).toBe(1);
    expect(periodOf("month", AT, 5).pieces).toHaveLength(28);
    expect(periodOf("year", AT, 1).pieces).toHaveLength(12);
    expect(day(periodOf("year", AT, 1).from).getFullYear()).toBe(2025);
  });

  it("go back over a month's end on a long day", () => {
    const lastOfMay = Math.floor(new Date(2026, 4, 31, 12).getTime() / 1000);
    expect(day(periodOf("month", lastOfMay, 1).from).getMonth()).toBe(3);
  });

  it("have every hour of every day of a year", () => {
    let hours = 0;
    for (let back = 0; back < 365; back += 1) hours += periodOf("day", AT, back).pieces.length;
    expect(hours).toBe((periodOf("day", AT, 0).to - periodOf("day", AT, 364).from) / 3600);
  });
});

const point = (changes: Partial<ReadingPoint> = {}): ReadingPoint => ({
  start_unix_s: 0,
  duration_s: 3600,
  import_wh: 100,
  export_wh: 600,
  produced_wh: 1_000,
  used_wh: 500,
  bought_wh: 40,
  paid_ueur: 6_000,
  sold_wh: 450,
  received_ueur: 50_000,
  minted_ren: "0",
  quality: "good",
  finalized: true,
  ...changes,
});

describe("a period's sums", () => {
  it("stack to what was produced and used", () => {
    const sums = sumsOf(point());
    expect(sums.ownWh + sums.soldWh + sums.toSupplierWh).toBe(1_000);
    expect(sums.ownWh + sums.boughtWh + sums.fromSupplierWh).toBe(500);
  });

  it("have a gap, not a zero, where nothing was measured", () => {
    const pieces = [{ from: 0, to: 3600 }, { from: 3600, to: 7200 }, { from: 7200, to: 10_800 }];
    const nothing = { import_wh: 0, export_wh: 0, produced_wh: 0, used_wh: 0, quality: "missing" as const };
    const parts = sumsByPiece([point(), point({ ...nothing, start_unix_s: 3600 }), point({ start_unix_s: 7200, quality: "missing" })], pieces);
    expect(parts.map((sums) => sums !== null)).toEqual([true, false, true]);
  });

  it("say how much of the use was local, and what was saved", () => {
    expect(localPercent(sumsOf(point()))).toBe(88);
    expect(localPercent(NOTHING)).toBeNull();
    expect(savedUeur(sumsOf(point()), 320_000)).toBe(6_800n);
    expect(savedUeur(add(sumsOf(point()), sumsOf(point())), 320_000)).toBe(13_600n);
  });

  it("are compared with the period before", () => {
    expect(changePercent(112, 100)).toBe(12);
    expect(changePercent(50n, 100n)).toBe(-50);
    expect(changePercent(5, 0)).toBeNull();
  });
});

describe("a range of days", () => {
  it("ends with its last day", () => {
    const [from, to] = [midnightOf("2026-07-15"), midnightOf("2026-07-15", 1)];
    expect(from).toBe(periodOf("day", AT, 0).from);
    expect(to).toBe(periodOf("day", AT, 0).to);
    expect(rangeError(from, to)).toBe("");
    expect(dayName(from ?? 0)).toBe("2026-07-15");
  });

  it("is refused backwards, unfinished or too long", () => {
    expect(rangeError(midnightOf("2026-07-15"), midnightOf("2026-07-14", 1))).toContain("before the first");
    expect(rangeError(midnightOf(""), midnightOf("2026-07-14", 1))).toContain("Choose");
    expect(rangeError(midnightOf("2024-01-01"), midnightOf("2024-12-31", 1))).toBe("");
    expect(rangeError(midnightOf("2024-01-01"), midnightOf("2025-01-01", 1))).toContain("366 days");
  });
});

describe("a chart's scale", () => {
  it("is the next round number", () => {
    expect([1, 3, 7, 1_200, 5_000, 5_001].map(roundUp)).toEqual([1, 5, 10, 2_000, 5_000, 10_000]);
  });
});

describe("a market's period", () => {
  const zone = (bought_wh: number, sold_wh: number) => ({ zone: 1, price_ueur_per_kwh: 1, net_export_wh: 0, bought_wh, sold_wh, measured: null });
  const slot = (start_unix_s: number, changes: Partial<Slot> = {}) =>
    ({ start_unix_s, state: "settled", volume_wh: 900, paid_ueur: 100, network_fees_ueur: 9, congestion_rent_ueur: 1, zones: [zone(600, 400), zone(300, 500)], ...changes }) as Slot;
  const pieces = [{ from: 0, to: 3600 }, { from: 3600, to: 7200 }, { from: 7200, to: 10_800 }];

  it("adds up the slots that begin in each piece, and only what is settled", () => {
    const parts = marketByPiece([slot(7200, { state: "cleared" }), slot(3600), slot(2700), slot(0)], pieces);
    expect(parts.map((part) => part?.volumeWh ?? null)).toEqual([1_800, 900, null]);
    expect(parts[1]).toEqual({ volumeWh: 900, nearWh: 700, paidUeur: 100, feesUeur: 9, rentUeur: 1 });
    expect(allOf(parts)).toEqual({ volumeWh: 2_700, nearWh: 2_100, paidUeur: 300, feesUeur: 27, rentUeur: 3 });
  });

  it("takes the API's sums where it has them, and says that they do not tell how far energy went", () => {
    const sums = { slots: 4, volume_wh: 900, paid_ueur: 100, network_fees_ueur: 9, congestion_rent_ueur: 1 };
    const points = [{ ...sums, start_unix_s: 0 }, { ...sums, start_unix_s: 3600, slots: 0 }] as MarketPoint[];
    const parts = marketSumsByPiece(points, pieces);
    const one = { volumeWh: 900, nearWh: null, paidUeur: 100, feesUeur: 9, rentUeur: 1 };
    expect(parts).toEqual([one, null, null]);
    expect(allOf(parts)).toEqual(one);
  });
});
