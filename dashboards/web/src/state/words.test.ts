import { describe, expect, it } from "vitest";
import { nameError, siteName, zoneName } from "./names";
import { quality, slotState, stagesDone, verdictWords } from "./words";

describe("states by name", () => {
  it("says finalised only of what is settled", () => {
    expect(slotState({ state: "settled", finalized: true }).words).toBe("Finalised");
    expect(slotState({ state: "settled", finalized: false }).words).toBe("Settled");
    expect(slotState({ state: "cleared", finalized: true }).words).toBe("Cleared");
    expect(slotState({ state: "empty", finalized: true }).words).toBe("No readings");
    expect(slotState({ state: "voided", finalized: true }).tone).toBe("bad");
  });

  it("counts the stages that are behind", () => {
    const done = (["empty", "measured", "cleared", "settled"] as const).map((state) => stagesDone({ state, finalized: false }));
    expect(done).toEqual([0, 1, 2, 3]);
    expect(stagesDone({ state: "settled", finalized: true })).toBe(4);
  });

  it("explains verdicts however they are written, and shows unknown ones as they are", () => {
    expect(verdictWords("OVER_EXPORT")).toBe(verdictWords("over_export"));
    expect(verdictWords("SOMETHING_NEW")).toBe("something new");
    expect(quality("late").tone).toBe("bad");
  });
});

describe("names", () => {
  it("are 1 to 60 characters without control characters", () => {
    expect(nameError("Mill Lane")).toBe("");
    expect(nameError("  ")).not.toBe("");
    expect(nameError("☀".repeat(60))).toBe("");
    expect(nameError("☀".repeat(61))).not.toBe("");
    expect(nameError("a\u0007b")).not.toBe("");
  });

  it("may look like HTML: they are only text", () => {
    expect(nameError("<b>bold</b>")).toBe("");
    expect(siteName({ id: 7, name: "<b>bold</b>" })).toBe("<b>bold</b>");
  });

  it("fall back to numbers", () => {
    expect(siteName({ id: 7, name: null })).toBe("Site 7");
    expect(zoneName({ id: 0, name: null, parent: null })).toBe("Substation");
    expect(zoneName({ id: 3, name: null, parent: 0 })).toBe("Feeder 3");
  });
});
