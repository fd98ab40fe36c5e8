/** Brings a market with one feeder and one consumer onto a fresh development chain, by the chain's own calls. */
import { type PolkadotClient, createClient } from "polkadot-api";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import { derivedKey } from "../../src/session/development-keys";
import type { Key } from "../../src/session/key";

const EUR_ASSET = 1;
const SALTED = `0x${"77".repeat(32)}`;
/** The point's name on the chain: blake2_256 of "DEREN/point/v1\0", market 0 and what is salted. */
const COMMITMENT = "0x5919a3b39f4de4a3e1ae3905e779e89a0f255920b783d81b8b1cfaaf05a9a28e";
const TERMS = { max_power_w: 11_000, max_register_step_mwh: 10_000, sources: 1 };

type Tx = { decodedCall: unknown; signAndSubmit: (from: unknown) => Promise<{ ok: boolean; dispatchError?: unknown }> };
type Api = {
  tx: Record<string, Record<string, (args: Record<string, unknown>) => Tx>>;
  query: Record<string, Record<string, { getValue: (...keys: unknown[]) => Promise<unknown> }>>;
};

export type PageKey = Extract<Key, { kind: "page" }>;

export function keyOf(derivation: string): PageKey {
  const key = derivedKey(derivation, 42);
  if (key.kind !== "page") throw new Error("a derived key is in the page");
  return key;
}

export class Chain {
  readonly client: PolkadotClient;
  readonly api: Api;

  constructor(url: string) {
    this.client = createClient(getWsProvider(url));
    this.api = this.client.getUnsafeApi() as unknown as Api;
  }

  async send(key: PageKey, pallet: string, call: string, args: Record<string, unknown>): Promise<void> {
    const result = await this.tx(pallet, call, args).signAndSubmit(getPolkadotSigner(key.publicKey, "Sr25519", key.sign));
    if (!result.ok) throw new Error(`${pallet}.${call}: ${JSON.stringify(result.dispatchError)}`);
  }

  tx(pallet: string, call: string, args: Record<string, unknown>): Tx {
    const make = this.api.tx[pallet]?.[call];
    if (!make) throw new Error(`no call ${pallet}.${call}`);
    return make(args);
  }

  async query(pallet: string, entry: string, ...keys: unknown[]): Promise<unknown> {
    return this.api.query[pallet]?.[entry]?.getValue(...keys);
  }

  /** What an account has in EUR; 0 if it has none. */
  async eur(address: string): Promise<bigint> {
    const account = (await this.query("Assets", "Account", EUR_ASSET, address)) as { balance: bigint } | undefined;
    return account?.balance ?? 0n;
  }

  /** A market with a feeder (zone 1) and one site (0) of `owner`, who gets EUR and never any REN. */
  async settle(operator: PageKey, owner: PageKey, ueur: bigint): Promise<void> {
    await this.openMarket(operator);
    await this.send(keyOf("//Alice"), "OnRamp", "issue", { to: owner.address, amount_ueur: ueur });
    await this.send(operator, "Registry", "approve_point", {
      zone: 1,
      salted: SALTED,
      nullifier: SALTED,
      owner: owner.address,
      terms: TERMS,
    });
  }

  /** A market (0) with a feeder (zone 1) and nobody in it. */
  async openMarket(operator: PageKey): Promise<void> {
    const market = this.tx("Registry", "create_market", {
      operator: operator.address,
      privacy_threshold: 3,
      protocol_fee_bp: 100,
      max_fee_ueur_per_kwh: 50_000,
    });
    await this.send(keyOf("//Alice"), "Sudo", "sudo", { call: market.decodedCall });
    await this.send(operator, "Registry", "create_zone", { market: 0, parent: undefined });
    await this.send(operator, "Registry", "create_zone", { market: 0, parent: [0, 12_000, undefined, undefined] });
  }

  /** The site at the approved point. */
  async registerSite(owner: PageKey): Promise<void> {
    await this.send(owner, "Registry", "register_site", { commitment: COMMITMENT });
  }
}
