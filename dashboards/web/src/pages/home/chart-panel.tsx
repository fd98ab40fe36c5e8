/** Each slot of today: produced, used, sold. */
import { Show } from "solid-js";
import type { Chain, ReadingPoint, Readings } from "../../api/types";
import { Chart, type ChartData, type Series } from "../../components/chart";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { kwh } from "../../units/format";
import { clock, slotWord } from "../../units/time";

type ChartPanelProps = { points: Query<Readings>; chain: Chain; hasPanels: boolean };

/** The chart's lines. A slot without a reading has no value, which is not zero. */
export function chartOf(points: readonly ReadingPoint[], hasPanels: boolean): ChartData {
  const values = (of: (point: ReadingPoint) => number) =>
    points.map((point) => (point.quality === "missing" ? null : of(point) / 1000));
  const used: Series = { name: "Used", colour: "ink", shape: "line", values: values((point) => point.used_wh) };
  const sold: Series = { name: "Sold", colour: "green", shape: "bars", values: values((point) => point.sold_wh) };
  const bought: Series = { name: "Bought", colour: "blue", shape: "bars", values: values((point) => point.bought_wh) };
  const produced: Series = { name: "Produced", colour: "sun", shape: "area", values: values((point) => point.produced_wh) };
  const buys = points.some((point) => point.bought_wh > 0);
  const series = [...(hasPanels ? [produced] : []), sold, ...(buys ? [bought] : []), used];
  return { times: points.map((point) => point.start_unix_s), series };
}

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
              data={chartOf(readings().points, props.hasPanels)}
              show={(value) => kwh(Math.round(value * 1000))}
              showTime={(unixS) => clock(unixS, props.chain.slot_seconds < 60)}
            />
          </Show>
        )}
      </Load>
    </Panel>
  );
}
