import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { throttle } from "./throttle";

describe("throttle", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs at once, then the wishes of a pause as one", () => {
    const run = vi.fn();
    const throttled = throttle(run, 1_000);
    for (let wish = 0; wish < 50; wish += 1) throttled.call();
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(run).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(10_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("forgets what waits", () => {
    const run = vi.fn();
    const throttled = throttle(run, 1_000);
    throttled.call();
    throttled.call();
    throttled.cancel();
    vi.advanceTimersByTime(5_000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
