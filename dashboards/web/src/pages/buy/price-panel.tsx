/** What a kWh cost on a feeder, slot by slot; a price only where something was traded. Public. */
import { Show } from "solid-js";
import { api } from "../../api/client";
import type { Chain } from "../../api/types";
import { Chart } from "../../components/chart";
import { Empty, Figure, Load, Panel } from "../../components/panel";
import { slotsMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { ct } from "../../units/format";
import { clock } from "../../units/time";
import { pricesOf } from "./prices";

const SLOTS = 200;

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
                <Figure name="Newest" value={shown(traded().at(-1))} />
                <Figure name="Lowest" value={shown(Math.min(...traded()))} />
                <Figure name="Highest" value={shown(Math.max(...traded()))} />
              </dl>
              <Chart
                label={`Price of a kWh on ${props.zoneName}, slot by slot, beside the retail tariff`}
                unit="ct"
                data={data()}
                show={(price) => ct(Math.round(price * 10_000), 1, 4)}
                showTime={(unixS) => clock(unixS, props.chain.slot_seconds < 60)}
              />
            </Show>
          );
        }}
      </Load>
    </Panel>
  );
}
