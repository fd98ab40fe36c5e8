import { describe, expect, it } from "vitest";
import type { Slot, Zone } from "../../api/types";
import { fieldsOf, parseEdge, unusual } from "./edge-terms";
import { add, difference, settled, sumsOf, ZERO } from "./settlement";
import { positionOf, termsIn } from "./slots";
import { historyOf, inTreeOrder, lineFlow, scaleOf } from "./tree";

const terms = { fee_ueur_per_kwh: 12_000, capacity_up_wh: 900, capacity_down_wh: 2_000 };
const zone = (id: number, parent: number | null): Zone => ({ id, parent, depth: 0, name: null, operator: "", sites: 0, pending: [], ...terms });
const slot = (number: number, changes: Partial<Slot> = {}): Slot => ({
  slot: number,
  start_unix_s: number * 12,
  end_unix_s: number * 12 + 12,
  state: "settled",
  finalized: true,
  readings: 1,
  volume_wh: 1_000,
  paid_ueur: 151_007,
  received_ueur: 130_000,
  network_fees_ueur: 14_000,
  congestion_rent_ueur: 6_000,
  protocol_fee_ueur: 1_000,
  dust_ueur: 7,
  cleared_in_block: 1,
  settled_in_block: 2,
  minted_ren: null,
  zones: [{ zone: 1, price_ueur_per_kwh: 1, net_export_wh: 900, bought_wh: 0, sold_wh: 0, measured: null }],
  ...changes,
});

describe("settlement", () => {
  it("sums to zero", () => {
    expect(difference(sumsOf(slot(1)))).toBe(0n);
    expect(difference([slot(1), slot(2)].map(sumsOf).reduce(add, ZERO))).toBe(0n);
  });

  it("shows a single missing µ€", () => {
    expect(difference(sumsOf(slot(1, { dust_ueur: 6 })))).toBe(1n);
  });

  it("counts only slots whose money has moved", () => {
    expect(settled([slot(1), slot(2, { state: "cleared" }), slot(3, { state: "empty" })]).map((of) => of.slot)).toEqual([1]);
  });
});

describe("the tree", () => {
  it("is read parent before child, and hides nothing", () => {
    const ordered = inTreeOrder([zone(3, 1), zone(2, 0), zone(1, 0), zone(9, 8), zone(0, null)]);
    expect(ordered.map((of) => of.id)).toEqual([0, 1, 3, 2, 9]);
  });

  it("tells a line's direction and whether it is full", () => {
    expect(lineFlow(900, terms)).toEqual({ direction: "up", wh: 900, capacityWh: 900, isFull: true });
    expect(lineFlow(-900, terms)).toMatchObject({ direction: "down", capacityWh: 2_000, isFull: false });
    expect(lineFlow(0, { ...terms, capacity_up_wh: 0 }).isFull).toBe(false);
    expect(lineFlow(1_000_000, { ...terms, capacity_up_wh: null }).isFull).toBe(false);
  });

  it("keeps a line's history oldest first, without what is not cleared", () => {
    const flows = (slots: Slot[], most: number) => historyOf(slots, 1, most, () => undefined).map((past) => past.wh);
    expect(flows([slot(3, { state: "measured" }), slot(2), slot(1, { zones: [] })], 10)).toEqual([0, 900, null]);
    expect(flows([slot(3), slot(2)], 1)).toEqual([900]);
  });

  it("keeps the terms that held in each slot, not today's", () => {
    const lowered = { ...terms, capacity_up_wh: 600 };
    const history = historyOf([slot(2), slot(1)], 1, 10, (number) => (number === 2 ? lowered : terms));
    expect(history.map((past) => past.terms?.capacity_up_wh)).toEqual([900, 600]);
  });

  it("finds the terms of a slot in an answer's list", () => {
    const of = (zone: number, from_slot: number, capacity_up_wh: number) => ({ ...terms, zone, from_slot, capacity_up_wh });
    const termsOf = termsIn([of(1, 5, 900), of(1, 8, 600), of(2, 5, 100)]);
    expect([4, 5, 7, 8, 99].map((number) => termsOf(number, 1)?.capacity_up_wh)).toEqual([undefined, 900, 900, 600, 600]);
    expect([termsOf(9, 2)?.capacity_up_wh, termsOf(9, 3)]).toEqual([100, undefined]);
  });

  it("scales to flows, and to limits that are near", () => {
    const past = (wh: number | null) => ({ wh, terms });
    expect(scaleOf([100, -400, null].map(past))).toBe(900);
    expect(scaleOf([past(10)])).toBe(10);
    expect(scaleOf([])).toBe(1);
    expect(scaleOf([{ wh: 400, terms: undefined }])).toBe(400);
  });

  it("keeps the picked slot in view while new ones come", () => {
    expect(positionOf([slot(5), slot(4), slot(3)], 4)).toBe(1);
    expect(positionOf([slot(5)], null)).toBe(0);
    expect(positionOf([], 4)).toBe(0);
  });
});

describe("a line's terms as typed", () => {
  it("reads an empty limit as none", () => {
    expect(parseEdge({ fee: "1.2", up: "", down: "0,9" })).toEqual({ ok: true, fee_ueur_per_kwh: 12_000, capacity_up_wh: null, capacity_down_wh: 900 });
  });

  it("says what is wrong with each field", () => {
    expect(parseEdge({ fee: "", up: "x", down: "1" })).toMatchObject({ ok: false, errors: { fee: "Enter the fee.", down: "" } });
  });

  it("is refused where no grid has such terms", () => {
    expect(parseEdge({ fee: "1000", up: "", down: "" })).toMatchObject({ ok: false, errors: { fee: "The fee is at most 50." } });
    expect(parseEdge({ fee: "1", up: "2000000", down: "" })).toMatchObject({ ok: false, errors: { up: "The limit up is at most 1000000." } });
  });

  it("is questioned where it changes much", () => {
    const flows = [-700, 300, null, 650];
    expect(unusual(terms, { ...terms, capacity_up_wh: 600 }, flows)).toEqual([
      "Of the last 3 slots, 1 carried as much or more: the line would have been full (now 0).",
    ]);
    expect(unusual(terms, { ...terms, capacity_down_wh: 600 }, flows)[0]).toContain("1 carried as much");
    expect(unusual(terms, { ...terms, fee_ueur_per_kwh: 120_000 }, flows)).toEqual(["The fee becomes 10 times as high."]);
    expect(unusual(terms, { ...terms, fee_ueur_per_kwh: 13_000 }, flows)).toEqual([]);
  });

  it("comes back from its fields", () => {
    expect(parseEdge(fieldsOf(terms))).toEqual({ ok: true, ...terms });
  });
});
