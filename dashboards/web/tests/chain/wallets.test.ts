/** Every call of the pages, signed as wallet extensions sign it, on a real node: each must be included. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/chain/progress";
import { disconnect, submit } from "../../src/chain/submit";
import type { Key } from "../../src/session/key";
import { accountsOf, installed, walletKey } from "../../src/session/wallets";
import { type Signer, everyCall } from "./every-call";
import { EXTENSION, type Known, install, remove } from "./extension";
import { ledger } from "./ledger";
import { type Node, startNode } from "./node";
import { Chain, type PageKey, keyOf } from "./people";

const program = process.env["DEREN_NODE"];
const REN = { decimals: 12, tokenSymbol: "REN" };
const DERIVATIONS: Record<Signer, string> = { home: "//Visitor1", operator: "//Ferdie", "on-ramp": "//Alice" };

const bytesOf = (hex: string) => Uint8Array.from(hex.slice(2).match(/../g) ?? [], (digits) => parseInt(digits, 16));

describe.skipIf(program === undefined)("wallets on a real node", () => {
  let node: Node;
  let chain: Chain;
  let genesis: string;
  let known: Known;
  const keys = Object.fromEntries(Object.entries(DERIVATIONS).map(([who, derivation]) => [who, keyOf(derivation)])) as Record<Signer, PageKey>;

  beforeAll(async () => {
    node = await startNode(program ?? "");
    chain = new Chain(node.url);
    await chain.openMarket(keys.operator);
    genesis = (await chain.client.getChainSpecData()).genesisHash;
    const metadata = await chain.client._request<string>("state_getMetadata", []);
    const { specVersion } = await chain.client._request<{ specVersion: number }>("state_getRuntimeVersion", []);
    known = {
      chain: "DeREN",
      genesisHash: genesis as `0x${string}`,
      icon: "substrate",
      metaCalls: Buffer.from(bytesOf(metadata)).toString("base64"),
      specVersion,
      ss58Format: 42,
      tokenDecimals: REN.decimals,
      tokenSymbol: REN.tokenSymbol,
      types: {},
    };
  });
  afterAll(async () => {
    disconnect();
    remove();
    chain.client.destroy();
    await node.stop();
  });

  const reportsOf = async (call: Parameters<typeof submit>[0], key: Key): Promise<Report[]> => {
    const reports: Report[] = [];
    await submit(call, key, { url: node.url }, (report) => reports.push(report));
    return reports;
  };

  /** Signs, sends, and looks that the call is in a block with the outcome that it should have. */
  const include = async (kind: string, call: Parameters<typeof submit>[0], key: Key, refused?: string): Promise<void> => {
    const reports = await reportsOf(call, key);
    const said = `${kind}: ${JSON.stringify(reports)}`;
    expect(reports.some((report) => report.type === "in_block"), said).toBe(true);
    const refusals = reports.flatMap((report) => (report.type === "refused" ? [report.words] : []));
    if (refused === undefined) expect(refusals, said).toEqual([]);
    else expect(refusals.join(" "), said).toContain(refused);
  };

  it("has every call of the pages included, as polkadot-js-extension signs it", { timeout: 400_000 }, async () => {
    const payloads: { signedExtensions: string[]; assetId?: unknown }[] = [];
    const learn = (payload: (typeof payloads)[number]) => payloads.push(payload);
    const every = everyCall(bytesOf(genesis), { ...keys.home, site: 0 });
    for (const [number, [kind, { by, call, refused }]] of every.entries()) {
      // Half of them by a wallet that was told of the chain, half by one that never heard of it.
      install(Object.values(DERIVATIONS), number % 2 === 0 ? known : null, learn);
      expect(installed()).toEqual([EXTENSION]);
      const accounts = await accountsOf(EXTENSION);
      const { address } = keys[by];
      expect(accounts.map((account) => "address" in account && account.address)).toContain(address);
      await include(kind, call, await walletKey(EXTENSION, address), refused);
    }
    expect(payloads).toHaveLength(every.length);
    for (const payload of payloads) {
      expect(payload.signedExtensions).toContain("ChargeTransactionPayment");
      expect(payload.assetId).toBeUndefined();
    }
  });

  it("has every call of an owner included, as a hardware wallet signs it by what it can prove to itself", { timeout: 400_000 }, async () => {
    const device = await ledger(9, REN);
    const home = { address: device.key.address, publicKey: device.publicKey, site: 1 };
    const signed: string[] = [];
    for (const [kind, { by, call, refused }] of everyCall(bytesOf(genesis), home)) {
      // The line's terms change once a day.
      if (kind === "set_edge") continue;
      await include(kind, call, by === "home" ? device.key : keys[by], refused);
      if (by === "home") signed.push(kind);
    }
    const named = device.shown.map((name) => name.replace(/^.*\./, ""));
    expect(named).toHaveLength(signed.length);
    expect(device.shown).toContain("Matching.place_order");
  });
});
