import { describe, expect, it } from "vitest";
import type { Slot, Zone } from "../../api/types";
import { fieldsOf, parseEdge } from "./edge-terms";
import { add, difference, settled, sumsOf, ZERO } from "./settlement";
import { positionOf } from "./position";
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
    expect(historyOf([slot(3, { state: "measured" }), slot(2), slot(1, { zones: [] })], 1, 10)).toEqual([0, 900, null]);
    expect(historyOf([slot(3), slot(2)], 1, 1)).toEqual([900]);
  });

  it("scales to flows, and to limits that are near", () => {
    expect(scaleOf([100, -400, null], terms)).toBe(900);
    expect(scaleOf([10], terms)).toBe(10);
    expect(scaleOf([], terms)).toBe(1);
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

  it("comes back from its fields", () => {
    expect(parseEdge(fieldsOf(terms))).toEqual({ ok: true, ...terms });
  });
});
