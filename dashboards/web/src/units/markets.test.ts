import { describe, expect, it } from "vitest";
import { marketsInWords } from "./markets";

describe("markets in words", () => {
  it("are one market or several", () => {
    expect(marketsInWords([{ first: 3, last: 3 }])).toBe("market 3");
    expect(marketsInWords([{ first: 3, last: 7 }])).toBe("markets 3–7");
  });

  it("are listed in order, ranges with a dash", () => {
    const ranges = [
      { first: 3, last: 3 },
      { first: 7, last: 7 },
      { first: 20, last: 40 },
    ];
    expect(marketsInWords(ranges)).toBe("markets 3, 7 and 20–40");
  });
});
