/** What the home does now: the newest measured slot as a picture, and what the newest settled one sold and earned. */
import { Show } from "solid-js";
import type { Chain, ReadingPoint, Readings, Slot } from "../../api/types";
import { Badge } from "../../components/badge";
import { Empty, Figure, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { quality, slotState } from "../../state/words";
import { eur, kwh } from "../../units/format";
import { span } from "../../units/time";
import { newestMeasured } from "./flow";
import { FlowPicture } from "./flow-picture";

type NowPanelProps = { points: Query<Readings>; slots: Query<Slot[]>; chain: Chain; hasPanels: boolean; hasBattery: boolean };

export function NowPanel(props: NowPanelProps) {
  return (
    <Panel title="Now" class="now">
      <Load query={props.points}>
        {(readings) => (
          <Show when={newestMeasured(readings().points)} fallback={<NoReading />}>
            {(point) => (
              <>
                <p class="row small soft">
                  {span(point().start_unix_s, point().start_unix_s + props.chain.slot_seconds)}
                  <Badge named={quality(point().quality)} />
                </p>
                <FlowPicture point={point()} energySeconds={props.chain.slot_energy_seconds} hasPanels={props.hasPanels} hasBattery={props.hasBattery} />
                <Show when={props.slots.data()}>
                  {(slots) => <Settled points={readings().points} slots={slots()} chain={props.chain} />}
                </Show>
              </>
            )}
          </Show>
        )}
      </Load>
    </Panel>
  );
}

function NoReading() {
  return (
    <Empty>
      <p>No reading yet. Once the gateway has sent the first whole slot, it appears here.</p>
    </Empty>
  );
}

/** The newest slot whose money has moved. */
function Settled(props: { points: ReadingPoint[]; slots: Slot[]; chain: Chain }) {
  const slot = () => props.slots.find((candidate) => candidate.state === "settled");
  const point = () => props.points.find((candidate) => candidate.start_unix_s === slot()?.start_unix_s);
  return (
    <Show when={slot()} fallback={<p class="small soft">No slot is settled yet.</p>}>
      {(of) => (
        <div class="stack tight settled">
          <p class="row small soft">
            {span(of().start_unix_s, of().start_unix_s + props.chain.slot_seconds)} <Badge named={slotState(of())} />
          </p>
          <dl class="figures">
            <Figure name="Sold to neighbours" value={kwh(point()?.sold_wh ?? 0, 2)} />
            <Figure name="Earned" value={eur(point()?.received_ueur ?? 0, 2, 4)} />
            <Show when={(point()?.bought_wh ?? 0) > 0}>
              <Figure name="Bought from neighbours" value={kwh(point()?.bought_wh ?? 0, 2)} />
            </Show>
          </dl>
        </div>
      )}
    </Show>
  );
}
