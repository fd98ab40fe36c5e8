/** What a kWh cost on a feeder, slot by slot; a price only where something was traded. Public. */
import { Show } from "solid-js";
import { api } from "../../api/client";
import type { Chain } from "../../api/types";
import { Chart } from "../../components/chart";
import { Empty, Figure, Load, Panel } from "../../components/panel";
import { slotsMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { nowUnixS } from "../../state/stream";
import { ct, whole } from "../../units/format";
import { ago, clock, span } from "../../units/time";
import { newestAt, pricesOf } from "./prices";

const SLOTS = 200;
/** A slot is cleared within so many: what is older is no news. */
const CLEARED_AFTER_SLOTS = 5;

type PricePanelProps = { market: number; zone: number; zoneName: string; retailUeurPerKwh: number; chain: Chain };

export function PricePanel(props: PricePanelProps) {
  const slots = createQuery(
    () => props.market,
    (market) => api.slots(market, { limit: SLOTS }),
    slotsMoved(() => props.market),
  );
  return (
    <Panel title={`Prices on ${props.zoneName}`} note="all network fees included">
      <Load query={slots}>
        {(of) => {
          const data = () => pricesOf(of(), props.zone, props.retailUeurPerKwh);
          const traded = () => (data().series[0]?.values ?? []).filter((price) => price !== null);
          const shown = (price: number | undefined) => (price === undefined ? "–" : ct(Math.round(price * 10_000), 2, 2));
          return (
            <Show
              when={traded().length > 0}
              fallback={
                <Empty>
                  <p>Nothing was traded here yet: there is no price without a trade.</p>
                </Empty>
              }
            >
              <dl class="figures">
                <Figure name="Newest" value={shown(traded().at(-1))} note={<Age startUnixS={newestAt(data())} chain={props.chain} />} />
                <Figure name="Lowest" value={shown(Math.min(...traded()))} />
                <Figure name="Highest" value={shown(Math.max(...traded()))} note={`in the last ${whole(data().times.length)} slots`} />
              </dl>
              <Chart
                label={`Price of a kWh on ${props.zoneName}, slot by slot, beside the retail tariff`}
                unit="ct"
                data={data()}
                show={(price) => ct(Math.round(price * 10_000), 2, 2)}
                showTime={(unixS) => clock(unixS, props.chain.slot_seconds < 60)}
              />
            </Show>
          );
        }}
      </Load>
    </Panel>
  );
}

/** When the newest price was made. A price older than the newest cleared slots says that nothing was traded since. */
function Age(props: { startUnixS: number; chain: Chain }) {
  const endUnixS = () => props.startUnixS + props.chain.slot_seconds;
  const slots = () => Math.floor((nowUnixS() - endUnixS()) / props.chain.slot_seconds);
  return (
    <span data-testid="newest-price">
      {span(props.startUnixS, endUnixS())}, {ago(endUnixS(), nowUnixS())}
      <Show when={slots() > CLEARED_AFTER_SLOTS}>. Nothing was traded since</Show>
    </span>
  );
}
