/** A site's order on one side: what stands, and placing, changing, cancelling and resuming it. */
import { Match, Show, Switch, createEffect, createSignal, on } from "solid-js";
import type { Account, Chain, Order, Side, Site } from "../api/types";
import { type Call, orderWords } from "../chain/calls";
import { ask, signed } from "../chain/signing";
import type { Named } from "../state/words";
import { eur } from "../units/format";
import { clock, slotStart } from "../units/time";
import { Badge } from "./badge";
import { OrderForm } from "./order-form";
import { Panel } from "./panel";

export type OrderPanelProps = {
  side: Side;
  site: Site;
  siteName: string;
  account: Account | undefined;
  chain: Chain;
  currentSlot: number;
};

const STATES: Record<Order["state"], Named> = {
  active: { words: "Active", tone: "good" },
  paused: { words: "Paused", tone: "bad" },
  cancelled: { words: "Cancelled", tone: "plain" },
};

export function OrderPanel(props: OrderPanelProps) {
  const [isEditing, setEditing] = createSignal(false);
  // What was edited is in a block now: the order shows it.
  createEffect(on(signed, () => setEditing(false), { defer: true }));
  const order = () => props.site.orders.find((candidate) => candidate.side === props.side);
  const standing = () => (order()?.state === "cancelled" ? undefined : order());
  /** What a new order could hold: what is free, and what this order holds now. */
  const spendable = () => {
    const free = props.account?.eur_free_ueur ?? null;
    return free === null ? null : free + (standing()?.held_ueur ?? 0);
  };
  const context = () => ({ energySeconds: props.chain.slot_energy_seconds, siteName: props.siteName, zoneName: "" });
  const review = (call: Call) => ask(call, context());
  const title = () => (props.side === "buy" ? "Your buy order" : "Your sell order");
  return (
    <Panel title={title()} note={<Show when={order()}>{(of) => <Badge named={STATES[of().state]} />}</Show>}>
      <Switch>
        <Match when={!props.site.active}>
          <p class="notice" data-tone="bad">
            This site trades nothing now: its first slot has not begun, or the grid operator suspended it.
          </p>
        </Match>
        <Match when={isEditing() || !standing()}>
          <Show when={!standing()}>
            <p class="soft">
              {props.side === "buy"
                ? "Say what you would pay for energy from your neighbours. You pay the clearing price, never more than your limit."
                : "Say for how little you would sell what your panels give beyond your own use. You never receive less."}
            </p>
          </Show>
          <OrderForm
            side={props.side}
            energySeconds={props.chain.slot_energy_seconds}
            freeUeur={spendable()}
            first={standing()?.steps ?? []}
            onSteps={(steps) => review({ kind: "place_order", site: props.site.id, side: props.side, steps })}
            onLeave={standing() ? () => setEditing(false) : undefined}
          />
        </Match>
        <Match when={standing()}>
          {(of) => (
            <Standing
              order={of()}
              chain={props.chain}
              currentSlot={props.currentSlot}
              onChange={() => setEditing(true)}
              onCancel={() => review({ kind: "cancel_order", site: props.site.id, side: props.side })}
              onResume={() => review({ kind: "resume_order", site: props.site.id, side: props.side })}
            />
          )}
        </Match>
      </Switch>
    </Panel>
  );
}

type StandingProps = {
  order: Order;
  chain: Chain;
  currentSlot: number;
  onChange: () => void;
  onCancel: () => void;
  onResume: () => void;
};

function Standing(props: StandingProps) {
  const starts = () => slotStart(props.order.from_slot, props.chain.slot_seconds);
  return (
    <div class="stack">
      <p class="order-words">{orderWords(props.order.side, props.order.steps, props.chain.slot_energy_seconds)}.</p>
      <Show when={props.order.state === "paused"}>
        <p class="notice" data-tone="bad">
          Paused: {props.order.missing_ueur === null ? "some EUR" : eur(props.order.missing_ueur, 2, 6)} was missing to hold one
          slot's cost. Top up or lower the order, then resume it.
        </p>
      </Show>
      <p class="small soft">
        <Show when={props.order.side === "buy"}>{eur(props.order.held_ueur, 2, 6)} is held. </Show>
        <Show when={props.order.from_slot > props.currentSlot} fallback={props.order.finalized ? "Finalised on the chain." : "Not finalised yet."}>
          Holds from {clock(starts(), props.chain.slot_seconds < 60)} on.
        </Show>
      </p>
      <div class="row">
        <Show when={props.order.state === "paused"}>
          <button class="button primary" type="button" onClick={() => props.onResume()}>
            Resume
          </button>
        </Show>
        <button class="button" type="button" onClick={() => props.onChange()}>
          Change
        </button>
        <button class="button danger" type="button" onClick={() => props.onCancel()}>
          Cancel order
        </button>
      </div>
    </div>
  );
}
