import { describe, expect, it } from "vitest";
import { type Report, advance, begun, steps } from "./progress";

const after = (...reports: Report[]) => reports.reduce(advance, begun);
const states = (...reports: Report[]) => steps(after(...reports)).map((step) => step.state);

describe("progress of a call", () => {
  it("begins with the signature", () => {
    expect(states()).toEqual(["now", "next", "next", "next"]);
  });

  it("goes from signed over sent and in a block to finalised", () => {
    const reports: Report[] = [{ type: "signed" }, { type: "sent" }, { type: "in_block", block: 32 }];
    expect(states(...reports)).toEqual(["done", "done", "done", "now"]);
    expect(steps(after(...reports))[2]?.label).toBe("In block 32");
    expect(states(...reports, { type: "finalised", block: 32 })).toEqual(["done", "done", "done", "done"]);
  });

  it("goes back when a fork takes the block away", () => {
    expect(states({ type: "in_block", block: 32 }, { type: "out_of_block" })).toEqual(["done", "done", "now", "next"]);
  });

  it("names the block as what failed when the call was refused in it", () => {
    const refused = after({ type: "in_block", block: 32 }, { type: "refused", words: "no" });
    expect(steps(refused).map((step) => step.state)).toEqual(["done", "done", "failed", "next"]);
    expect(refused.refused).toBe("no");
  });

  it("stays refused, whatever comes", () => {
    const refused = after({ type: "refused", words: "no" });
    expect(advance(refused, { type: "finalised", block: 33 })).toBe(refused);
    expect(states({ type: "refused", words: "no" })[0]).toBe("failed");
  });
});
