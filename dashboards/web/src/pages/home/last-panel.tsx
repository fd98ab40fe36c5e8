/** What the home did in its newest measured slot, as a picture, and what the newest settled one sold and earned. */
import { Show } from "solid-js";
import type { Chain, ReadingPoint, Readings, Slots } from "../../api/types";
import { Badge } from "../../components/badge";
import { Empty, Figure, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { quality, slotState } from "../../state/words";
import { cents, kwh } from "../../units/format";
import { slotWord, span } from "../../units/time";
import { newestMeasured } from "./flow";
import { FlowPicture } from "./flow-picture";
import type { Unsold } from "./unsold";

type LastPanelProps = { points: Query<Readings>; slots: Query<Slots>; chain: Chain; unsold: Unsold[]; hasPanels: boolean; hasBattery: boolean };

export function LastPanel(props: LastPanelProps) {
  return (
    <Panel title={`Last ${slotWord(props.chain.slot_energy_seconds)}`} note="mean power" class="last">
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
                  {(slots) => <Settled points={readings().points} slots={slots()} chain={props.chain} unsold={props.unsold} />}
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
function Settled(props: { points: ReadingPoint[]; slots: Slots; chain: Chain; unsold: Unsold[] }) {
  const slot = () => props.slots.slots.find((candidate) => candidate.state === "settled");
  const point = () => props.points.find((candidate) => candidate.start_unix_s === slot()?.start_unix_s);
  // What has not come yet is not nothing.
  const shown = (words: (of: ReadingPoint) => string) => {
    const of = point();
    return of ? words(of) : "…";
  };
  const unsold = () => props.unsold.find((candidate) => candidate.startUnixS === slot()?.start_unix_s);
  return (
    <Show when={slot()} fallback={<p class="small soft">No slot is settled yet.</p>}>
      {(of) => (
        <div class="stack tight settled">
          <p class="row small soft">
            {span(of().start_unix_s, of().start_unix_s + props.chain.slot_seconds)} <Badge named={slotState(of())} />
          </p>
          <dl class="figures">
            <Figure name="Sold to neighbours" value={shown((of) => kwh(of.sold_wh, 2, 2))} />
            <Figure name="Earned" value={shown((of) => cents(of.received_ueur))} />
            <Show when={(point()?.bought_wh ?? 0) > 0}>
              <Figure name="Bought from neighbours" value={shown((of) => kwh(of.bought_wh, 2, 2))} />
            </Show>
          </dl>
          <Show when={unsold()}>
            {(rest) => (
              <p class="small soft" data-testid="unsold">
                {kwh(rest().wh, 2, 2)} went to your supplier{rest().words === null ? "" : `: ${rest().words}`}.
              </p>
            )}
          </Show>
        </div>
      )}
    </Show>
  );
}
