import { afterEach, describe, expect, it } from "vitest";
import { clock, midnight, setMarketClock, span, toMarketS, toRealS } from "./time";

// 12:00 of real time is 06:00 of a June day that runs 75 times as fast.
const REAL = Date.UTC(2026, 10, 29, 12) / 1000;
const MARKET = Date.UTC(2026, 5, 21, 6) / 1000;

describe("a market whose time runs faster", () => {
  afterEach(() => setMarketClock(null));

  it("shows its slots by its own clock", () => {
    setMarketClock({ real_unix_ms: REAL * 1000, market_unix_s: MARKET, speed_permille: 75_000 });
    expect(span(REAL, REAL + 12)).toMatch(/0?6:00.*0?6:15/);
    expect(span(REAL, REAL + 12)).not.toMatch(/:\d\d:\d\d/);
    expect(clock(REAL + 48, true)).toMatch(/0?7:00/);
  });

  it("has a day of its own, of which midnight is a real moment", () => {
    setMarketClock({ real_unix_ms: REAL * 1000, market_unix_s: MARKET, speed_permille: 75_000 });
    expect(midnight(REAL)).toBe(REAL - (6 * 3600) / 75);
    expect(toRealS(toMarketS(REAL + 7))).toBeCloseTo(REAL + 7, 6);
  });

  it("is the visitor's clock where nobody said otherwise", () => {
    expect(toMarketS(REAL)).toBe(REAL);
    setMarketClock({ real_unix_ms: 0, market_unix_s: 0, speed_permille: 0 });
    expect(toMarketS(REAL)).toBe(REAL);
  });
});
