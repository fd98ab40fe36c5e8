import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Query, createQuery } from "./query";

/** A query whose answers come when the test says so. */
function setUp(first: { id: number } | undefined) {
  const waiting: { id: number; answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const [key, setKey] = createSignal(first);
  const [changes, setChanges] = createSignal(0);
  const fetcher = vi.fn(
    ({ id }: { id: number }) => new Promise<string>((answer, fail) => waiting.push({ id, answer, fail })),
  );
  let query!: Query<string>;
  const dispose = createRoot((end) => {
    query = createQuery(key, fetcher, changes);
    return end;
  });
  return { waiting, setKey, setChanges, fetcher, query, dispose };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe("a query", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks nothing without a key", () => {
    const { fetcher, query, dispose } = setUp(undefined);
    expect(fetcher).not.toHaveBeenCalled();
    expect(query.loading()).toBe(true);
    dispose();
  });

  it("keeps its data while the same key is made anew", async () => {
    const { waiting, setKey, fetcher, query, dispose } = setUp({ id: 1 });
    waiting[0]?.answer("one");
    await settled();
    setKey({ id: 1 });
    expect(query.data()).toBe("one");
    expect(fetcher).toHaveBeenCalledTimes(1);
    dispose();
  });

  it("drops an answer to an older key", async () => {
    const { waiting, setKey, query, dispose } = setUp({ id: 1 });
    setKey({ id: 2 });
    waiting[1]?.answer("two");
    waiting[0]?.answer("one");
    await settled();
    expect(query.data()).toBe("two");
    dispose();
  });

  it("shows nothing of a key that is gone, though its answer comes", async () => {
    const { waiting, setKey, query, dispose } = setUp({ id: 1 });
    setKey(undefined);
    waiting[0]?.answer("one");
    await settled();
    expect(query.data()).toBeUndefined();
    dispose();
  });

  it("keeps old data beside an error, and forgets the error with the next answer", async () => {
    const { waiting, setChanges, query, dispose } = setUp({ id: 1 });
    waiting[0]?.answer("one");
    await settled();
    setChanges(1);
    waiting[1]?.fail(new Error("away"));
    await settled();
    expect([query.data(), String(query.error())]).toEqual(["one", "Error: away"]);
    setChanges(2);
    await vi.advanceTimersByTimeAsync(2_000);
    waiting[2]?.answer("two");
    await settled();
    expect([query.data(), query.error()]).toEqual(["two", undefined]);
    dispose();
  });

  it("fills the page although the API is slower than its news", async () => {
    const { waiting, setChanges, fetcher, query, dispose } = setUp({ id: 1 });
    for (let change = 1; change <= 5; change += 1) {
      setChanges(change);
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(fetcher).toHaveBeenCalledTimes(1);
    waiting[0]?.answer("one");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(query.data()).toBe("one");
    expect(fetcher).toHaveBeenCalledTimes(2);
    waiting[1]?.answer("what came meanwhile");
    await settled();
    expect(query.data()).toBe("what came meanwhile");
    dispose();
  });

  it("fetches again at most once in a while, however much changes", async () => {
    const { waiting, setChanges, fetcher, dispose } = setUp({ id: 1 });
    waiting[0]?.answer("one");
    await settled();
    for (let change = 1; change <= 100; change += 1) setChanges(change);
    expect(fetcher).toHaveBeenCalledTimes(2);
    waiting[1]?.answer("two");
    await settled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fetcher).toHaveBeenCalledTimes(3);
    dispose();
  });

  it("asks no more when it is disposed of", async () => {
    const { waiting, setChanges, fetcher, dispose } = setUp({ id: 1 });
    waiting[0]?.answer("one");
    await settled();
    setChanges(1);
    setChanges(2);
    dispose();
    waiting[1]?.answer("two");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fetcher).toHaveBeenCalledTimes(2);
  });
});
