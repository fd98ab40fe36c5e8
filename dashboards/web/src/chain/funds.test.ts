import { describe, expect, it } from "vitest";
import { FEES_UEUR, affordable, holdUeur, missingUeur, slotUeur } from "./funds";

const step = (limit_ueur_per_kwh: number, cap_wh: number) => ({ limit_ueur_per_kwh, cap_wh });
const order = [step(150_000, 1_000)];
const funds = (freeUeur: bigint, heldUeur = 0n) => ({ freeUeur, heldUeur });

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

  it("is nothing for a sell order", () => {
    expect(missingUeur("sell", order, funds(0n))).toBe(0n);
  });
});

describe("what the money allows", () => {
  it("is never more than what does not miss anything, and nearly as much", () => {
    for (const free of [60_000n, 123_457n, 1_000_000n, 49_765_600n]) {
      for (const held of [0n, 5_000n, 2_000_000n]) {
        const many = [step(320_000, 900_000), step(150_000, 4_000_000)];
        const lowered = affordable("buy", many, funds(free, held));
        if (!lowered) continue;
        expect(missingUeur("buy", lowered, funds(free, held))).toBe(0n);
        const more = lowered.map((part) => step(part.limit_ueur_per_kwh, Math.ceil(part.cap_wh * 1.01) + 20));
        expect(missingUeur("buy", more, funds(free, held)), `${free}/${held}`).toBeGreaterThan(0n);
      }
    }
  });

  it("is nothing where nothing is free, and the whole order where all is", () => {
    expect(affordable("buy", order, funds(FEES_UEUR))).toBeNull();
    expect(affordable("buy", order, funds(100_000_000n))).toEqual(order);
  });
});
