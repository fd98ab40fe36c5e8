/**
 * On a development chain: one press gives a new account play money and a home. The on-ramp's and the operator's keys are
 * those of the well-known phrase, which on such a chain anybody has.
 */
import { For, Show, createSignal } from "solid-js";
import { api } from "../api/client";
import { words } from "../api/problem";
import type { Account, Status } from "../api/types";
import type { Call } from "../chain/calls";
import { signedOne } from "../chain/signing";
import { part } from "../load";
import { type Identity } from "../session/key";
import { keyOf, session } from "../session/session";

/** As much as every other home of a demonstration has prepaid: 50 €. */
const PLAY_MONEY_UEUR = 50_000_000;
const MAX_POWER_W = 11_000;
/** Who issues euros on a development chain. */
const ON_RAMP: Identity = { kind: "development", name: "On-ramp", role: "operator", derivation: "//Alice" };

const STEPS = ["Play money", "Connection point approved", "Home registered"] as const;

export function DevelopmentStart(props: { account: Account; status: Status }) {
  const [done, setDone] = createSignal<number>();
  const [error, setError] = createSignal("");
  const run = async () => {
    setError("");
    setDone(0);
    try {
      await begin(props.account.address, props.status, () => setDone((count) => (count ?? 0) + 1));
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
          <For each={STEPS}>{(step, number) => <li data-state={number() < (done() ?? 0) ? "done" : number() === done() ? "now" : "next"}>{step}</li>}</For>
        </ol>
        <p class="small">The home has no meter yet: link a gateway to it next.</p>
      </Show>
      <Show when={error()}>
        <p class="problem" role="alert">
          {error()}
        </p>
      </Show>
    </div>
  );
}

/** The three calls, one after the other: each needs what the one before brought. */
async function begin(owner: string, status: Status, step: () => void): Promise<void> {
  const now = session();
  const operator = status.development_accounts.find((account) => account.role === "operator");
  const market = (await api.markets())[0];
  if (now.phase !== "in" || !operator || !market) throw new Error("This chain has no market and no operator yet.");
  const zone = (await api.zones(market.id)).find((candidate) => candidate.parent !== null);
  if (!zone) throw new Error("This market has no feeder yet.");
  const { pointOf } = await part(() => import("../pages/grid/points"));
  // Another id each time: an attempt that stopped half way keeps nobody from the next.
  const id = `DEVELOPMENT-${owner}-${Date.now()}`;
  const point = pointOf(market.id, id, null);
  const sign = async (who: Identity, call: Call) => {
    await signedOne(call, await keyOf(who), status.chain);
    step();
  };
  await sign(ON_RAMP, { kind: "issue", to: owner, amount_ueur: PLAY_MONEY_UEUR });
  await sign(
    { kind: "development", ...operator },
    { kind: "approve_point", zone: zone.id, salted: point.salted, nullifier: point.nullifier, owner, max_power_w: MAX_POWER_W, hasSun: true },
  );
  await sign(now.identity, { kind: "register_site", commitment: point.commitment });
}
