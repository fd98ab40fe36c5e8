/** What the pages sign, on a real node: orders, a line's terms, refusals; fees in EUR by an account without REN. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SignerPayloadJSON, getPolkadotSignerFromPjs } from "polkadot-api/pjs-signer";
import type { Call } from "../../src/chain/calls";
import { HOLD_SLOTS } from "../../src/chain/funds";
import type { Report } from "../../src/chain/progress";
import { disconnect, siteOf, submit } from "../../src/chain/submit";
import { pointOf } from "../../src/pages/grid/points";
import type { Key } from "../../src/session/key";
import { type Node, startNode } from "./node";
import { Chain, type PageKey, keyOf } from "./people";

const program = process.env["DEREN_NODE"];
const EUR = 1_000_000n;

describe.skipIf(program === undefined)("calls of the pages on a real node", () => {
  let node: Node;
  let chain: Chain;
  const owner = keyOf("//Visitor1");
  const operator = keyOf("//Ferdie");

  beforeAll(async () => {
    node = await startNode(program ?? "");
    chain = new Chain(node.url);
    await chain.settle(operator, owner, 20n * EUR);
    await chain.registerSite(owner);
  });
  afterAll(async () => {
    disconnect();
    chain.client.destroy();
    await node.stop();
  });

  const run = async (call: Call, key: PageKey): Promise<Report[]> => {
    const reports: Report[] = [];
    await submit(call, key, { url: node.url }, (report) => reports.push(report));
    return reports;
  };
  const order = (cap_wh: number): Call => ({ kind: "place_order", site: 0, side: "buy", steps: [{ limit_ueur_per_kwh: 180_000, cap_wh }] });

  it("places an order whose fee is paid in EUR by an account that has no REN", async () => {
    const before = await chain.eur(owner.address);
    const reports = await run(order(2_000), owner);
    expect(reports.map((report) => report.type)).toEqual(expect.arrayContaining(["signed", "sent", "in_block", "finalised"]));
    expect(reports.some((report) => report.type === "refused")).toBe(false);
    // The test's own client hears of a finalised block a moment after that of the pages.
    await expect.poll(() => chain.eur(owner.address), { timeout: 20_000 }).not.toBe(before);
    const fee = before - (await chain.eur(owner.address)) - HOLD_SLOTS * 360_000n;
    expect(fee).toBeGreaterThanOrEqual(0n);
    expect(fee).toBeLessThan(EUR / 100n);
    expect(await chain.query("Matching", "OrderCount", 0)).toBe(1);
  });

  it("says in words that the money does not suffice", async () => {
    const reports = await run(order(4_000_000_000), owner);
    expect(reports.find((report) => report.type === "refused")).toMatchObject({ words: expect.stringContaining("not enough free EUR") as string });
  });

  it("cancels the order", async () => {
    const reports = await run({ kind: "cancel_order", site: 0, side: "buy" }, owner);
    expect(reports.at(-1)?.type).toBe("finalised");
  });

  it("changes a line's terms as its operator, and as nobody else", async () => {
    const call: Call = { kind: "set_edge", zone: 1, fee_ueur_per_kwh: 15_000, capacity_up_wh: 900, capacity_down_wh: null };
    expect((await run(call, operator)).at(-1)?.type).toBe("finalised");
    expect((await run(call, owner)).find((report) => report.type === "refused")).toMatchObject({
      words: expect.stringContaining("Only the market's operator") as string,
    });
  });

  it("gives a newcomer play money and a home, by the calls of one press", async () => {
    const newcomer = keyOf("//Newcomer");
    const point = pointOf(0, "DE0000000000000000000000000000042", null);
    const steps: [Call, PageKey][] = [
      [{ kind: "issue", to: newcomer.address, amount_ueur: 5_000_000 }, keyOf("//Alice")],
      [{ kind: "approve_point", zone: 1, salted: point.salted, nullifier: point.nullifier, owner: newcomer.address, max_power_w: 11_000, hasSun: true }, operator],
      [{ kind: "register_site", commitment: point.commitment }, newcomer],
    ];
    for (const [call, key] of steps) expect((await run(call, key)).at(-1)?.type, call.kind).toBe("finalised");
    const again = pointOf(0, "DE0000000000000000000000000000042", null);
    const twice: Call = { kind: "approve_point", zone: 1, salted: again.salted, nullifier: again.nullifier, owner: owner.address, max_power_w: 1_000, hasSun: false };
    expect((await run(twice, operator)).find((report) => report.type === "refused")).toMatchObject({
      words: expect.stringContaining("approved already") as string,
    });
  });

  it("finds a home that waits by its owner, and hands it over", async () => {
    const newcomer = keyOf("//Newcomer");
    const destination = { url: node.url };
    expect(await siteOf(newcomer.address, destination)).toBe(1);
    expect((await run({ kind: "offer_site", site: 1, to: owner.address }, newcomer)).at(-1)?.type).toBe("finalised");
    expect((await run({ kind: "accept_site", site: 1 }, operator)).find((report) => report.type === "refused")).toMatchObject({
      words: expect.stringContaining("not offered") as string,
    });
    expect((await run({ kind: "accept_site", site: 1 }, owner)).at(-1)?.type).toBe("finalised");
    expect(await siteOf(newcomer.address, destination)).toBeNull();
  });

  it("refuses a forged link code", async () => {
    const call: Call = { kind: "link_gateway", site: 0, gateway: keyHex(owner), expires_unix_s: 4_000_000_000, code: `0x${"22".repeat(64)}` };
    expect((await run(call, owner)).find((report) => report.type === "refused")).toMatchObject({
      words: expect.stringContaining("link code was made for another gateway") as string,
    });
  });

  it("gives a wallet all that it needs to sign, no asset among it, and takes its no", async () => {
    const payloads: SignerPayloadJSON[] = [];
    const signer = getPolkadotSignerFromPjs(
      owner.address,
      (payload) => {
        payloads.push(payload);
        return Promise.reject(new Error("Cancelled"));
      },
      () => Promise.reject(new Error("nothing raw is signed here")),
    );
    const reports: Report[] = [];
    const key: Key = { kind: "wallet", address: owner.address, signer };
    await submit(order(2_000), key, { url: node.url }, (report) => reports.push(report));
    expect(reports).toEqual([{ type: "refused", words: "You did not sign." }]);
    expect(payloads[0]).toMatchObject({ version: 4, address: owner.address });
    expect(payloads[0]).not.toHaveProperty("assetId");
    expect(payloads[0]?.signedExtensions).toContain("AuthorizeCall");
  });

  it("says in words that an account without money cannot pay the fee", async () => {
    const reports = await run(order(2_000), keyOf("//Nobody"));
    expect(reports.at(-1)).toMatchObject({ type: "refused", words: expect.stringMatching(/not enough free EUR|does not take/) as string });
  });
});

describe("a node that is not there", () => {
  it("is said to be silent", { timeout: 40_000 }, async () => {
    const reports: Report[] = [];
    await submit({ kind: "draw", amount_ueur: 1 }, keyOf("//Visitor1"), { url: "ws://127.0.0.1:9" }, (report) => reports.push(report));
    expect(reports).toEqual([{ type: "refused", words: "The chain's node at ws://127.0.0.1:9 does not answer." }]);
  });
});

function keyHex(key: PageKey): string {
  return `0x${Array.from(key.publicKey, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
