import { describe, expect, it } from "vitest";
import { aSlot, ago, duration, midnight, slotStart, slotWord, span } from "./time";

describe("times", () => {
  it("says how long ago in the largest unit", () => {
    expect(ago(100, 102)).toBe("just now");
    expect(ago(100, 140)).toBe("40 s ago");
    expect(duration(180)).toBe("3 min");
    expect(duration(7_200)).toBe("2 h");
    expect(duration(5 * 86_400)).toBe("5 d");
  });

  it("names what a slot's energy stands for", () => {
    expect(slotWord(900)).toBe("quarter-hour");
    expect(aSlot(3600)).toBe("an hour");
    expect(aSlot(900)).toBe("a quarter-hour");
    expect(aSlot(300)).toBe("every 5 minutes");
  });

  it("finds local midnight at or before now", () => {
    const now = Math.floor(Date.now() / 1000);
    const start = midnight(now);
    expect(new Date(start * 1000).getHours()).toBe(0);
    expect(now - start).toBeLessThan(25 * 3600);
  });

  it("shows seconds only for short slots", () => {
    expect(span(0, 12)).toMatch(/:\d\d:12/);
    expect(span(0, 900)).not.toMatch(/:\d\d:\d\d/);
  });

  it("names no days for a slot over midnight", () => {
    const midnightS = Math.floor(new Date(2026, 5, 2).getTime() / 1000);
    expect(span(midnightS - 900, midnightS)).toMatch(/^[^,/]*45[^,/]*–[^,/]*00[^,/]*$/);
  });

  it("counts slots from 1970", () => {
    expect(slotStart(149_598_727, 12)).toBe(1_795_184_724);
  });
});
