/** What the visitor's account holds: one sum of what is free, and its parts. */
import { Show } from "solid-js";
import type { Account, Chain } from "../api/types";
import { drawableUeur } from "../chain/funds";
import { ask } from "../chain/signing";
import { eur, ren } from "../units/format";
import { Figure, Panel } from "./panel";

const euros = (ueur: number | null, most = 2) => (ueur === null ? "–" : eur(ueur, 2, most));

type MoneyProps = { account: Account; chain: Chain; hasPanels: boolean };

export function MoneyPanel(props: MoneyProps) {
  return (
    <Panel title="Your account">
      <Figures {...props} />
      <Show when={props.account.eur_free_ueur === null}>
        <p class="notice" data-tone="wait">
          The chain's node does not answer now, so your money cannot be shown. It is safe on the chain.
        </p>
      </Show>
      <Show when={props.account.purse_frozen} fallback={<Draw {...props} />}>
        <p class="notice" data-tone="bad">
          Your money is frozen, as a court may order. What is on hold still pays for what you buy, and you receive what you sell.
        </p>
      </Show>
      <details>
        <summary>Address</summary>
        <p class="mono">{props.account.address}</p>
      </details>
    </Panel>
  );
}

function Figures(props: MoneyProps) {
  const inPurse = () => (props.account.purse_free_ueur ? `${euros(props.account.purse_free_ueur)} of it in your purse` : undefined);
  return (
    <dl class="figures">
      <Figure name="Free EUR" value={euros(props.account.eur_free_ueur)} note={inPurse()} />
      <Figure name="Held EUR" value={euros(props.account.eur_held_ueur)} note={props.account.eur_held_ueur ? "for your buy order, until its slots are settled" : undefined} />
      <Show when={props.account.eur_deposited_ueur}>
        <Figure name="Deposited EUR" value={euros(props.account.eur_deposited_ueur)} note="for your site, gateways and devices; it comes back when they go" />
      </Show>
      <Show when={props.account.eur_escrow_ueur}>
        <Figure name="EUR in escrow" value={euros(props.account.eur_escrow_ueur)} note="received for energy that is still to be proven" />
      </Show>
      <Show when={props.hasPanels}>
        <Figure
          name="REN"
          value={props.account.ren_free === null ? "–" : ren(props.account.ren_free, 2)}
          note="minted for your solar energy that neighbours bought; it pays the chain's fees when no EUR is free"
        />
      </Show>
    </dl>
  );
}

/** Orders and fees use the purse as it is: only who wants to send money, or have it paid out, draws it. */
function Draw(props: MoneyProps) {
  const drawable = () => drawableUeur(props.account);
  const draw = () =>
    ask({ kind: "draw", amount_ueur: Number(drawable()) }, { energySeconds: props.chain.slot_energy_seconds, siteName: "", zoneName: "" });
  return (
    <Show when={drawable() > 0n}>
      <p class="small soft">Orders and fees use your purse as it is. To send EUR or have them paid out, draw them first.</p>
      <button class="button small" type="button" onClick={draw}>
        Draw {eur(drawable(), 2, 6)}
      </button>
    </Show>
  );
}
