import { describe, expect, it } from "vitest";
import { divideDown, divideUp, exact, parseDecimal, toDecimal, typed } from "./decimal";

const limit = (text: string) => parseDecimal(text, 4, "limit", 4_294_967_295n);

describe("parseDecimal", () => {
  it("reads ct/kWh into µ€/kWh exactly", () => {
    expect(limit("18")).toEqual({ ok: true, value: 180_000n });
    expect(limit("18.0001")).toEqual({ ok: true, value: 180_001n });
    expect(limit(" 0,5 ")).toEqual({ ok: true, value: 5_000n });
    expect(limit(".5")).toEqual({ ok: true, value: 5_000n });
  });

  it("never rounds: more digits than the unit has are refused", () => {
    expect(limit("18.00001")).toEqual({ ok: false, error: "The limit has at most 4 digits after the point." });
  });

  it("refuses what is no plain number", () => {
    for (const text of ["-1", "1e3", "1 000", "0x10", "NaN", ".", ",", "1.2.3", "1,000.5"]) {
      expect(limit(text).ok, text).toBe(false);
    }
  });

  it("asks for what is missing, and names the most that is taken", () => {
    expect(limit("")).toEqual({ ok: false, error: "Enter the limit." });
    expect(limit("429496.7296")).toEqual({ ok: false, error: "The limit is at most 429496.7295." });
    expect(limit("429496.7295").ok).toBe(true);
  });

  it("refuses what may be meant as thousands, and says both", () => {
    const error = "The amount can mean 1500 or 1,500: write one of these.";
    expect(parseDecimal("1.500", 3, "amount", 9_999_999n, ",")).toEqual({ ok: false, error });
    expect(parseDecimal("1,500", 3, "amount", 9_999_999n, ",")).toEqual({ ok: true, value: 1_500n });
    expect(parseDecimal("1,500", 3, "amount", 9_999_999n, ".").ok).toBe(false);
    for (const text of ["0.500", "1.5", "1500", "1234.500"]) expect(parseDecimal(text, 3, "amount", 9_999_999n, ",").ok, text).toBe(true);
  });

  it("begins a field in the visitor's own writing", () => {
    expect(typed(900n, 3, ",")).toBe("0,9");
    expect(typed(900n, 3, ".")).toBe("0.9");
    expect(parseDecimal("x", 3, "amount", 1n, ",")).toEqual({ ok: false, error: "The amount must be a number such as 18 or 18,5." });
  });

  it("is undone by toDecimal, for every digit", () => {
    for (let value = 0n; value < 3_000_000n; value += 997n) {
      expect(parseDecimal(toDecimal(value, 6), 6, "amount", 10_000_000n)).toEqual({ ok: true, value });
    }
  });
});

describe("exact integers", () => {
  it("toDecimal keeps the sign and drops zeros at the end", () => {
    expect(toDecimal(-1_500n, 3)).toBe("-1.5");
    expect(toDecimal(5n, 3)).toBe("0.005");
    expect(toDecimal(0n, 6)).toBe("0");
  });

  it("exact refuses what a number cannot hold", () => {
    expect(exact(2 ** 53 - 1)).toBe(9_007_199_254_740_991n);
    expect(() => exact(2 ** 53)).toThrow(RangeError);
    expect(() => exact(0.5)).toThrow(RangeError);
  });

  it("divides up and down around zero", () => {
    expect(divideUp(1n, 1000n)).toBe(1n);
    expect(divideUp(2000n, 1000n)).toBe(2n);
    expect(divideDown(-1n, 1000n)).toBe(-1n);
    expect(divideDown(1999n, 1000n)).toBe(1n);
  });
});
