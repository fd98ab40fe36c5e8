/** What the visitor's account holds. */
import { Show } from "solid-js";
import type { Account, Chain } from "../api/types";
import { ask } from "../chain/signing";
import { eur, ren } from "../units/format";
import { Figure, Panel } from "./panel";

const euros = (ueur: number | null, most = 2) => (ueur === null ? "–" : eur(ueur, 2, most));

export function MoneyPanel(props: { account: Account; chain: Chain; hasPanels: boolean }) {
  const claim = () => ask({ kind: "claim", owner: props.account.address }, { energySeconds: props.chain.slot_energy_seconds, siteName: "", zoneName: "" });
  return (
    <Panel title="Your account">
      <dl class="figures">
        <Figure name="Free EUR" value={euros(props.account.eur_free_ueur)} />
        <Figure name="Held EUR" value={euros(props.account.eur_held_ueur)} note={props.account.eur_held_ueur ? "for your buy order, until its slots are settled" : undefined} />
        <Show when={props.hasPanels}>
          <Figure
            name="REN"
            value={props.account.ren_free === null ? "–" : ren(props.account.ren_free, 2)}
            note="minted for your solar energy that neighbours bought; it pays the chain's fees when no EUR is free"
          />
        </Show>
      </dl>
      <Show when={props.account.eur_free_ueur === null}>
        <p class="notice" data-tone="wait">
          The chain's node does not answer now, so your money cannot be shown. It is safe on the chain.
        </p>
      </Show>
      <Show when={props.account.claimable_ueur}>
        <div class="notice" data-tone="wait">
          <p>{euros(props.account.claimable_ueur, 6)} could not be delivered to you and waits.</p>
          <button class="button small" type="button" onClick={claim}>
            Claim it
          </button>
        </div>
      </Show>
      <details>
        <summary>Address</summary>
        <p class="mono">{props.account.address}</p>
      </details>
    </Panel>
  );
}
