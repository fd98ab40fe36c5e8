import { describe, expect, it } from "vitest";
import { keepSame } from "./same";

describe("what is the same as before", () => {
  it("is kept, row by row", () => {
    const last = [{ slot: 2, sold: [1, 2] }, { slot: 1, sold: [3] }];
    const next = [{ slot: 3, sold: [9] }, { slot: 1, sold: [3] }];
    const kept = keepSame(last, next);
    expect(kept).toEqual(next);
    expect(kept[1]).toBe(last[1]);
    expect(kept[0]).not.toBe(last[0]);
  });

  it("is the old answer itself if nothing changed", () => {
    const last = { points: [{ at: 1, wh: null }], to: 2 };
    expect(keepSame(last, structuredClone(last))).toBe(last);
  });

  it.each([
    [[1, 2], [1]],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: undefined }, { b: undefined }],
    [[1], { 0: 1 }],
    [null, { a: 1 }],
    [{ a: 1 }, null],
    [{ a: [] }, { a: {} }],
    ["1", 1],
    [new Map([[1, 2]]), new Map([[1, 3]])],
  ])("does not hide that %j became %j", (last: unknown, next: unknown) => {
    expect(keepSame(last, next)).toEqual(next);
    expect(keepSame(last, next)).not.toBe(last);
  });
});
