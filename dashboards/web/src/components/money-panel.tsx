/** What the visitor's account holds. */
import { Show } from "solid-js";
import type { Account, Chain } from "../api/types";
import { ask } from "../chain/signing";
import { eur, ren } from "../units/format";
import { Figure, Panel } from "./panel";

export function MoneyPanel(props: { account: Account; chain: Chain }) {
  const claim = () => ask({ kind: "claim" }, { energySeconds: props.chain.slot_energy_seconds, siteName: "", zoneName: "" });
  return (
    <Panel title="Your account">
      <dl class="figures">
        <Figure name="Free EUR" value={eur(props.account.eur_free_ueur)} />
        <Figure name="Held EUR" value={eur(props.account.eur_held_ueur)} note="for your buy order" />
        <Figure name="REN" value={ren(props.account.ren_free, 2)} note="minted for solar energy that neighbours bought" />
      </dl>
      <Show when={props.account.claimable_ueur > 0}>
        <div class="notice" data-tone="wait">
          <p>{eur(props.account.claimable_ueur, 2, 6)} could not be delivered to you and waits.</p>
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
