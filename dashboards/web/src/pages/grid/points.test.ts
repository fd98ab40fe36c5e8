import { describe, expect, it } from "vitest";
import { commitmentOf, pointOf } from "./points";

describe("a connection point's name", () => {
  it("is the chain's own, as the test on a real node uses it", () => {
    expect(commitmentOf(0, `0x${"77".repeat(32)}`)).toBe("0x5919a3b39f4de4a3e1ae3905e779e89a0f255920b783d81b8b1cfaaf05a9a28e");
  });

  it("is another each time, while the same id stays recognisable", () => {
    const [one, two] = [pointOf(0, "DE0001", null), pointOf(0, " de0001 ", null)];
    expect(one.commitment).not.toBe(two.commitment);
    expect(one.nullifier).toBe(two.nullifier);
    expect(one.salt).toMatch(/^0x[0-9a-f]{32}$/);
  });

  it("is what the operator's command gives it", () => {
    const point = pointOf(0, " de0001 ", null, new Uint8Array(16).fill(7));
    expect(point.salted).toBe("0xa9f806565c608bd9a31c93cbcf063316273f28a64cac0717be7292a6f44ae72c");
    expect(point.nullifier).toBe("0x719899c5bbb35b829bfedba4b324fab9f168131cd4934c9411cba457a82eb9ea");
  });

  it("takes the regulator's hash where there is one", () => {
    expect(pointOf(0, "DE0001", "0x12").nullifier).toBe("0x12");
  });
});
