/** Each slot of today: produced, used, sold. */
import { Show } from "solid-js";
import type { Chain, Readings } from "../../api/types";
import { Chart } from "../../components/chart";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { kwh } from "../../units/format";
import { clock, slotWord } from "../../units/time";
import { chartOf } from "./chart-data";

type ChartPanelProps = { points: Query<Readings>; settledUnixS: number; chain: Chain; hasPanels: boolean; hasBattery: boolean };

export function ChartPanel(props: ChartPanelProps) {
  const word = () => slotWord(props.chain.slot_energy_seconds);
  return (
    <Panel title="Today, slot by slot" note={`kWh in each ${word()}`}>
      <Load query={props.points}>
        {(readings) => (
          <Show
            when={readings().points.length > 0}
            fallback={
              <Empty>
                <p>Nothing measured today yet.</p>
              </Empty>
            }
          >
            <Chart
              label={`Energy in each ${word()} of today: produced, sold and used`}
              unit="kWh"
              data={chartOf(readings().points, props.settledUnixS, props.hasPanels, props.hasBattery)}
              show={(value) => kwh(Math.round(value * 1000))}
              showTime={(unixS) => clock(unixS, props.chain.slot_seconds < 60)}
            />
          </Show>
        )}
      </Load>
    </Panel>
  );
}
