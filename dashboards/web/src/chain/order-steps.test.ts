import { describe, expect, it } from "vitest";
import { MAX_STEPS, parseRows, rowsOf } from "./order-steps";

const errorsOf = (result: ReturnType<typeof parseRows>) => (result.ok ? [] : result.errors);

describe("parseRows", () => {
  it("turns ct/kWh and kWh into µ€/kWh and Wh", () => {
    expect(parseRows("buy", [{ limit: "18", cap: "2" }])).toEqual({
      ok: true,
      steps: [{ limit_ueur_per_kwh: 180_000, cap_wh: 2_000 }],
    });
  });

  it("wants a buyer's limits to fall and a seller's to rise", () => {
    const rows = [
      { limit: "18", cap: "1" },
      { limit: "18", cap: "1" },
    ];
    expect(errorsOf(parseRows("buy", rows))[1]?.limit).toContain("below");
    expect(errorsOf(parseRows("sell", rows))[1]?.limit).toContain("above");
    expect(parseRows("sell", [rows[0], { limit: "19", cap: "1" }].filter((row) => row !== undefined)).ok).toBe(true);
  });

  it("refuses a step for nothing", () => {
    expect(errorsOf(parseRows("buy", [{ limit: "18", cap: "0" }]))[0]?.cap).toContain("above 0");
  });

  it("says what is wrong beside each field", () => {
    const [first] = errorsOf(parseRows("buy", [{ limit: "", cap: "2.0001" }]));
    expect(first).toEqual({ limit: "Enter the limit.", cap: "The amount has at most 3 digits after the point." });
  });

  it("takes as many steps as the chain, and at least one", () => {
    const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ limit: String(30 - index), cap: "1" }));
    expect(parseRows("buy", rows(MAX_STEPS)).ok).toBe(true);
    expect(parseRows("buy", rows(MAX_STEPS + 1)).ok).toBe(false);
    expect(parseRows("buy", []).ok).toBe(false);
  });

  it("is undone by rowsOf", () => {
    const steps = [{ limit_ueur_per_kwh: 182_501, cap_wh: 1_234 }];
    expect(parseRows("buy", rowsOf(steps))).toEqual({ ok: true, steps });
  });
});
