/** A site's order on one side: what stands, and placing, changing, cancelling and resuming it. */
import { Match, Show, Switch, createEffect, createSignal, createUniqueId, on } from "solid-js";
import type { Account, Chain, Order, OrderStep, Side, Site } from "../api/types";
import type { Call } from "../chain/calls";
import { CALL_FEE_UEUR, type Funds, affordable, fundsBeside, missingUeur } from "../chain/funds";
import { orderWords } from "../chain/order-words";
import { ask, signed } from "../chain/signing";
import type { Named } from "../state/words";
import { exact } from "../units/decimal";
import { eur, kwh } from "../units/format";
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
  /** What a supplier takes, for who buys. */
  retailUeurPerKwh: number | null;
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
  const placed = () => (order()?.state === "cancelled" ? undefined : order());
  /** What is free, what this order holds, and what it can still cost before a change begins. */
  const funds = (): Funds | null => {
    const free = props.account?.eur_free_ueur ?? null;
    const order = placed();
    if (free === null) return null;
    return order?.state === "active" ? fundsBeside(exact(free), order) : { freeUeur: exact(free), heldUeur: 0n, formerUeur: 0n };
  };
  const context = () => ({ energySeconds: props.chain.slot_energy_seconds, siteName: props.siteName, zoneName: "" });
  const review = (call: Call) => ask(call, context());
  const place = (steps: OrderStep[]) => review({ kind: "place_order", site: props.site.id, side: props.side, steps });
  const title = () => (props.side === "buy" ? "Your buy order" : "Your sell order");
  return (
    <Panel title={title()} note={<Show when={order()}>{(of) => <Badge named={STATES[of().state]} />}</Show>}>
      <Switch>
        <Match when={!props.site.active}>
          <p class="notice" data-tone="bad">
            This site trades nothing now: its first slot has not begun, or the grid operator suspended it.
          </p>
        </Match>
        <Match when={isEditing() || !placed()}>
          <Show when={!placed()}>
            <p class="soft">
              {props.side === "buy"
                ? "Say what you would pay for energy from your neighbours. You pay the clearing price, never more than your limit."
                : "Say for how little you would sell what your panels give beyond your own use. You never receive less."}
            </p>
          </Show>
          <OrderForm
            side={props.side}
            energySeconds={props.chain.slot_energy_seconds}
            funds={funds()}
            maxPowerW={props.site.max_power_w}
            retailUeurPerKwh={props.retailUeurPerKwh}
            first={placed()?.steps ?? []}
            onSteps={place}
            onLeave={placed() ? () => setEditing(false) : undefined}
          />
        </Match>
        <Match when={placed()}>
          {(of) => (
            <PlacedOrder
              order={of()}
              chain={props.chain}
              currentSlot={props.currentSlot}
              funds={funds()}
              onLower={place}
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

type PlacedOrderProps = {
  order: Order;
  chain: Chain;
  currentSlot: number;
  funds: Funds | null;
  onLower: (steps: OrderStep[]) => void;
  onChange: () => void;
  onCancel: () => void;
  onResume: () => void;
};

function PlacedOrder(props: PlacedOrderProps) {
  const why = createUniqueId();
  const starts = () => slotStart(props.order.from_slot, props.chain.slot_seconds);
  const isPaused = () => props.order.state === "paused";
  const missing = () => (props.funds ? missingUeur(props.order.side, props.order.steps, props.funds) : 0n);
  const lowered = () => (props.funds && missing() > 0n ? affordable(props.order.side, props.order.steps, props.funds) : null);
  return (
    <div class="stack">
      <p class="order-words">{orderWords(props.order.side, props.order.steps, props.chain.slot_energy_seconds)}.</p>
      <Show when={isPaused()}>
        <div class="notice" data-tone="bad">
          <p>
            Paused: {props.order.missing_ueur === null ? "some EUR" : eur(props.order.missing_ueur, 2, 6)} was missing to hold what the
            order can cost. It buys nothing until it is resumed.
          </p>
          <Show when={missing() > 0n}>
            <p id={why}>
              To resume it as it is, {eur(missing(), 2, 6)} more must be free. {lowered() ? "Top up, or lower it." : "Top up first."}
            </p>
          </Show>
        </div>
      </Show>
      <p class="small soft">
        <Show when={props.order.side === "buy"}>{eur(props.order.held_ueur, 2, 6)} is held. </Show>
        <Show when={props.order.from_slot > props.currentSlot} fallback={props.order.finalized ? "Finalised on the chain." : "Not finalised yet."}>
          Holds from {clock(starts(), props.chain.slot_seconds < 60)} on.
        </Show>
      </p>
      <Show when={props.funds && props.funds.freeUeur < CALL_FEE_UEUR}>
        <p class="notice" data-tone="wait">
          Only {eur(props.funds?.freeUeur ?? 0n, 2, 6)} is free, which may not pay the fee of changing the order. Top up, or wait until a slot
          is settled. Cancelling is free.
        </p>
      </Show>
      <div class="row">
        <Show when={isPaused()}>
          <Show when={lowered()}>
            {(steps) => (
              <button class="button primary" type="button" onClick={() => props.onLower(steps())}>
                Lower to {kwh(steps().reduce((sum, step) => sum + step.cap_wh, 0), 0)} and resume
              </button>
            )}
          </Show>
          <button
            class="button"
            classList={{ primary: missing() === 0n }}
            type="button"
            disabled={missing() > 0n}
            aria-describedby={missing() > 0n ? why : undefined}
            onClick={() => props.onResume()}
          >
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
