/**
 * On a development chain, one press gives a new account play money and a home. Where homes with simulated meters wait
 * for newcomers, it is one of those; else one without meters. The keys of the on-ramp, the operator and a home that
 * waits sign. They are those of the well-known phrase, which on such a chain anybody has.
 */
import { For, Show, createSignal } from "solid-js";
import { api } from "../api/client";
import { words } from "../api/problem";
import type { Account, Status } from "../api/types";
import type { Call } from "../chain/calls";
import { signedOne, siteOnChain } from "../chain/signing";
import { part } from "../load";
import { type Identity } from "../session/key";
import { keyOf, session } from "../session/session";
import { Wrong } from "./panel";

/** What every other home of a demonstration has prepaid: 50 €. */
const PLAY_MONEY_UEUR = 50_000_000;
const MAX_POWER_W = 11_000;
/** Who issues euros on a development chain. */
const ON_RAMP: Identity = { kind: "development", name: "On-ramp", role: "operator", derivation: "//Alice" };

const TAKEN_OVER = ["Play money", "Home offered to you", "Home taken over"];
const REGISTERED = ["Play money", "Connection point approved", "Home registered"];

export function DevelopmentStart(props: { account: Account; status: Status }) {
  const [done, setDone] = createSignal<number>();
  const [steps, setSteps] = createSignal(TAKEN_OVER);
  const [error, setError] = createSignal("");
  const run = async () => {
    setError("");
    setDone(0);
    const step = () => setDone((count) => (count ?? 0) + 1);
    try {
      const spare = await spareHome(props.status);
      setSteps(spare ? TAKEN_OVER : REGISTERED);
      await (spare ? takeOver(spare, props.account.address, props.status, step) : begin(props.account.address, props.status, step));
    } catch (failure) {
      setError(words(failure));
      setDone(undefined);
    }
  };
  return (
    <div class="notice" data-testid="development-start">
      <p>This is a development chain: you need to ask nobody.</p>
      <Show
        when={done() !== undefined}
        fallback={
          <button class="button primary small" type="button" onClick={() => void run()}>
            Give me play money and a home
          </button>
        }
      >
        <ol class="progress" aria-live="polite" aria-label="A home">
          <For each={steps()}>{(step, number) => <li data-state={number() < (done() ?? 0) ? "done" : number() === done() ? "now" : "next"}>{step}</li>}</For>
        </ol>
        <Show when={steps() === REGISTERED}>
          <p class="small">The home has no meter yet: link a gateway to it next.</p>
        </Show>
      </Show>
      <Wrong text={error()} />
    </div>
  );
}

type Spare = { owner: Identity; site: number };

/** A home that waits for somebody; null where there is none any more. */
async function spareHome(status: Status): Promise<Spare | null> {
  for (const account of status.development_accounts) {
    if (account.role !== "spare") continue;
    // Its key signs here and nowhere else: nobody is logged in as it.
    const owner: Identity = { ...account, kind: "development", role: "owner" };
    const site = await siteOnChain((await keyOf(owner)).address, status.chain);
    if (site !== null) return { owner, site };
  }
  return null;
}

type Signer = (who: Identity, call: Call) => Promise<void>;

/** Signs one call after the other: each needs what the one before brought. */
function signer(status: Status, step: () => void): Signer {
  return async (who, call) => {
    await signedOne(call, await keyOf(who), status.chain);
    step();
  };
}

function me(): Identity {
  const now = session();
  if (now.phase !== "in") throw new Error("Log in first.");
  return now.identity;
}

/** Money, and a home whose meters read. */
async function takeOver({ owner, site }: Spare, to: string, status: Status, step: () => void): Promise<void> {
  const sign = signer(status, step);
  await sign(ON_RAMP, { kind: "issue", to, amount_ueur: PLAY_MONEY_UEUR });
  await sign(owner, { kind: "offer_site", site, to });
  await sign(me(), { kind: "accept_site", site });
}

/** Money, and a home without meters. */
async function begin(owner: string, status: Status, step: () => void): Promise<void> {
  const operator = status.development_accounts.find((account) => account.role === "operator");
  const market = (await api.markets())[0];
  if (operator?.role !== "operator" || !market) throw new Error("This chain has no market and no operator yet.");
  const zone = (await api.zones(market.id)).find((candidate) => candidate.parent !== null);
  if (!zone) throw new Error("This market has no feeder yet.");
  const { pointOf } = await part(() => import("../pages/grid/points"));
  // Another id each time: an attempt that stopped half way keeps nobody from the next.
  const id = `DEVELOPMENT-${owner}-${Date.now()}`;
  const point = pointOf(market.id, id, null);
  const sign = signer(status, step);
  await sign(ON_RAMP, { kind: "issue", to: owner, amount_ueur: PLAY_MONEY_UEUR });
  await sign(
    { kind: "development", ...operator, role: operator.role },
    { kind: "approve_point", zone: zone.id, salted: point.salted, nullifier: point.nullifier, owner, max_power_w: MAX_POWER_W, hasSun: true },
  );
  await sign(me(), { kind: "register_site", commitment: point.commitment });
}
