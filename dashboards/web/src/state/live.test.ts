import { describe, expect, it } from "vitest";
import { type Happening, STALE_AFTER_S, after, awayWords, pulse, silent } from "./live";
import { parseEvent } from "./parse-event";

const block: Happening = { type: "block", number: 12, hash: "0x", finalized_number: 10, current_slot: 5 };
const run = (...happenings: Happening[]) => happenings.reduce((live, happening) => after(live, happening, 1_000), silent);

describe("the state of the stream", () => {
  it("follows blocks", () => {
    expect(run({ type: "open" }, block)).toMatchObject({ connection: "open", best: 12, finalized: 10, currentSlot: 5, blockAtMs: 1_000 });
  });

  it("counts changes for each market and site alone", () => {
    const live = run({ type: "slot", market: 1, slot: 9, state: "settled", finalized: true }, { type: "readings", market: 2, slot: 9, count: 3 }, { type: "orders", site: 7 }, { type: "orders", site: 7 });
    expect(live.slots).toEqual({ 1: 1 });
    expect(live.readings).toEqual({ 2: 1 });
    expect(live.orders).toEqual({ 7: 2 });
    expect(live.all).toBe(0);
  });

  it("wants everything again after a break, but not after the first connection", () => {
    expect(run({ type: "open" }).all).toBe(0);
    expect(run({ type: "open" }, { type: "broken" }, { type: "open" }).all).toBe(1);
    expect(run({ type: "lagged", missed: 40 }).all).toBe(1);
  });

  it("does not change what nothing happened to", () => {
    const before = run(block);
    expect(after(before, { type: "orders", site: 1 }, 2_000).slots).toBe(before.slots);
  });
});

describe("the pulse in words", () => {
  it("names silence by its length", () => {
    const live = run({ type: "open" }, block);
    expect(pulse(live, 1_000)).toEqual({ level: "live", words: "Live" });
    expect(pulse(live, 1_000 + STALE_AFTER_S * 1_000).level).toBe("stale");
    expect(pulse(live, 41_000).words).toBe("No block for 40 s");
  });

  it("says when there is no connection, or no block yet", () => {
    expect(pulse(run(block, { type: "broken" }), 1_000).words).toContain("No connection");
    expect(pulse(silent, 0)).toEqual({ level: "waiting", words: "Waiting for a block" });
  });
});

describe("parseEvent", () => {
  it("reads what the API sends", () => {
    expect(parseEvent("orders", '{"site":7}')).toEqual({ type: "orders", site: 7 });
    expect(parseEvent("block", '{"number":12,"hash":"0x","finalized_number":10,"current_slot":5}')).toEqual(block);
    expect(parseEvent("slot", '{"market":0,"slot":9,"state":"cleared","finalized":false}')?.type).toBe("slot");
  });

  it("takes a chain that has finalised nothing yet", () => {
    expect(parseEvent("block", '{"number":1,"hash":"0x","finalized_number":null,"current_slot":null}')).toMatchObject({ finalized_number: null });
  });

  it("takes a break of which nobody knows what it hid", () => {
    expect(parseEvent("lagged", '{"missed":null}')).toEqual({ type: "lagged", missed: null });
  });

  it("drops what is broken or unknown", () => {
    for (const [name, data] of [["orders", "{"], ["orders", "null"], ["orders", '{"site":"7"}'], ["orders", '{"site":0.5}'], ["news", "{}"], ["block", '{"number":12}']] as const) {
      expect(parseEvent(name, data), data).toBeNull();
    }
  });
});

describe("what stops figures from coming", () => {
  it("is nothing while blocks come", () => {
    expect(awayWords(true, "open", 1_000)).toBeNull();
    expect(awayWords(true, "connecting", null)).toBeNull();
  });

  it("is the reader's own network, or the server, with the time of the figures", () => {
    expect(awayWords(false, "open", 1_000)).toMatch(/^You are offline\. The figures are those of \d+:\d\d.*\. They go on/);
    expect(awayWords(true, "broken", null)).toBe("The server does not answer. Figures come by themselves once it is back.");
  });
});
