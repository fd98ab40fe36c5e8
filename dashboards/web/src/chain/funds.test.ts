import { describe, expect, it } from "vitest";
import { FEES_UEUR, affordable, drawableUeur, fundsBeside, holdUeur, missingUeur, slotUeur } from "./funds";

const step = (limit_ueur_per_kwh: number, cap_wh: number) => ({ limit_ueur_per_kwh, cap_wh });
const order = [step(150_000, 1_000)];
const funds = (freeUeur: bigint, heldUeur = 0n, formerUeur = 0n) => ({ freeUeur, heldUeur, formerUeur });

describe("what an order needs", () => {
  it("is its hold, one slot's cost and something for fees", () => {
    expect(holdUeur(order)).toBe(4n * slotUeur(order));
    expect(missingUeur("buy", order, funds(5n * 150_000n + FEES_UEUR))).toBe(0n);
    expect(missingUeur("buy", order, funds(5n * 150_000n + FEES_UEUR - 1n))).toBe(1n);
  });

  it("is less by what is on hold already, but one slot's cost must be free", () => {
    expect(missingUeur("buy", order, funds(150_000n + FEES_UEUR, holdUeur(order)))).toBe(0n);
    expect(missingUeur("buy", order, funds(30_000n, 10n * holdUeur(order)))).toBe(150_000n + FEES_UEUR - 30_000n);
  });

  it("is more by what slots before a change can still cost", () => {
    const have = fundsBeside(3n * 150_000n + FEES_UEUR, { steps: order, held_ueur: 600_000 });
    expect(have).toEqual({ freeUeur: 500_000n, heldUeur: 600_000n, formerUeur: 300_000n });
    expect(missingUeur("buy", order, have)).toBe(0n);
    expect(missingUeur("buy", order, { ...have, freeUeur: have.freeUeur - 1n })).toBe(1n);
    // What was held for slots before the order's first is held no more.
    expect(fundsBeside(0n, { steps: order, held_ueur: 900_000 }).heldUeur).toBe(600_000n);
  });

  it("is nothing for a sell order", () => {
    expect(missingUeur("sell", order, funds(0n))).toBe(0n);
  });
});

describe("what the money allows", () => {
  it("is never more than what does not miss anything, and nearly as much", () => {
    for (const free of [60_000n, 123_457n, 1_000_000n, 49_765_600n]) {
      for (const [held, former] of [[0n, 0n], [5_000n, 2_500n], [2_000_000n, 0n], [2_000_000n, 1_000_000n]] as const) {
        const have = funds(free, held, former);
        const many = [step(320_000, 900_000), step(150_000, 4_000_000)];
        const lowered = affordable("buy", many, have);
        if (!lowered) continue;
        expect(missingUeur("buy", lowered, have)).toBe(0n);
        const more = lowered.map((part) => step(part.limit_ueur_per_kwh, Math.ceil(part.cap_wh * 1.01) + 20));
        expect(missingUeur("buy", more, have), `${free}/${held}/${former}`).toBeGreaterThan(0n);
      }
    }
  });

  it("is nothing where nothing is free, and the whole order where all is", () => {
    expect(affordable("buy", order, funds(FEES_UEUR))).toBeNull();
    expect(affordable("buy", order, funds(100_000_000n))).toEqual(order);
  });
});

describe("what can be drawn", () => {
  const drawable = (purse_free_ueur: number | null, eur_outside_ueur: number | null) => drawableUeur({ purse_free_ueur, eur_outside_ueur });

  it("is all that is free in the purse, if EUR outside it pay the fee", () => {
    expect(drawable(3_000_000, 10_000)).toBe(3_000_000n);
  });

  it("leaves the fee in the purse, if nothing outside pays it", () => {
    expect(drawable(3_000_000, 9_999)).toBe(2_990_000n);
    expect(drawable(5_000, 0)).toBe(0n);
  });

  it("is nothing while the node is away", () => {
    expect(drawable(null, null)).toBe(0n);
  });
});
