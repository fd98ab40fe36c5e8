/** The tree of zones: what each line carried in a slot against what it can, its terms, and those that wait. */
import { For, Index, type JSX, Show } from "solid-js";
import { api } from "../../api/client";
import type { Chain, EdgeTerms, Slot, Zone } from "../../api/types";
import { Badge } from "../../components/badge";
import { EditableName } from "../../components/editable-name";
import { Load, Panel } from "../../components/panel";
import { zoneName } from "../../state/names";
import type { Query } from "../../state/query";
import { ct, kwh, percent } from "../../units/format";
import { clock, slotStart } from "../../units/time";
import { FlowHistory } from "./flow-history";
import type { TermsOf } from "./slots";
import { type LineFlow, historyOf, inTreeOrder, lineFlow } from "./tree";

/** How many slots a line's small picture shows. */
const HISTORY = 40;

type ZonesPanelProps = {
  zones: Query<Zone[]>;
  slots: Slot[];
  /** The slot whose flows are shown. */
  shown: Slot | undefined;
  /** The terms of each slot's lines. */
  termsOf: TermsOf;
  picker: JSX.Element;
  chain: Chain;
  mayEdit: boolean;
  edit: (zone: Zone) => void;
};

export function ZonesPanel(props: ZonesPanelProps) {
  return (
    <Panel title="Lines and zones" note={props.picker}>
      <Load query={props.zones}>
        {(zones) => (
          <ul class="zones">
            <Index each={inTreeOrder(zones())}>{(zone) => <ZoneItem {...props} zone={zone()} />}</Index>
          </ul>
        )}
      </Load>
    </Panel>
  );
}

function ZoneItem(props: ZonesPanelProps & { zone: Zone }) {
  const name = () => zoneName(props.zone);
  const inSlot = () => props.shown?.zones.find((candidate) => candidate.zone === props.zone.id);
  const terms = () => (props.shown && props.termsOf(props.shown.slot, props.zone.id)) ?? props.zone;
  const rename = async (text: string) => {
    await api.nameZone(props.zone.id, text);
    props.zones.refetch();
  };
  const price = () => inSlot()?.price_ueur_per_kwh ?? null;
  return (
    <li class="zone" data-depth={props.zone.depth} aria-label={name()}>
      <div class="zone-head">
        <EditableName name={name()} what="zone" mayEdit={props.mayEdit} save={rename} />
        <Show when={props.zone.sites > 0}>
          <p class="small soft">
            {props.zone.sites} {props.zone.sites === 1 ? "site" : "sites"} · {price() === null ? "no trade" : `price ${ct(price() ?? 0, 2, 2)}`}
          </p>
        </Show>
      </div>
      <Show when={props.zone.parent !== null} fallback={<p class="small soft">The root: all lines meet here.</p>}>
        <Line {...props} flow={lineFlow(inSlot()?.net_export_wh ?? 0, terms())} />
      </Show>
    </li>
  );
}

function Line(props: ZonesPanelProps & { zone: Zone; flow: LineFlow }) {
  return (
    <div class="line">
      <div class="stack tight">
        <LoadBar flow={props.flow} name={zoneName(props.zone)} />
        <Terms terms={props.zone} />
        <For each={props.zone.pending}>
          {(pending) => (
            <div class="notice" data-tone="wait">
              <p class="small">
                From {clock(slotStart(pending.from_slot, props.chain.slot_seconds), props.chain.slot_seconds < 60)} on (slot{" "}
                {pending.from_slot}):
              </p>
              <Terms terms={pending} />
            </div>
          )}
        </For>
        <Show when={props.mayEdit}>
          <div>
            <button class="button small" type="button" aria-label={`Change fee and limits of the line to ${zoneName(props.zone)}`} onClick={() => props.edit(props.zone)}>
              Change fee and limits
            </button>
          </div>
        </Show>
      </div>
      <FlowHistory history={historyOf(props.slots, props.zone.id, HISTORY, props.termsOf)} name={zoneName(props.zone)} />
    </div>
  );
}

const DIRECTIONS: Record<LineFlow["direction"], string> = { up: "up, out of the zone", down: "down, into the zone", none: "Nothing flowed" };

/** The picked slot's flow as a bar; the mark at its end is the full line. */
function LoadBar(props: { flow: LineFlow; name: string }) {
  const share = () => (props.flow.capacityWh === null ? 0 : Math.min(100, (100 * props.flow.wh) / Math.max(1, props.flow.capacityWh)));
  const words = () => {
    if (props.flow.direction === "none") return DIRECTIONS.none;
    const of = props.flow.capacityWh === null ? "no limit" : `of ${kwh(props.flow.capacityWh, 0)} (${percent(props.flow.wh, props.flow.capacityWh)})`;
    return `${kwh(props.flow.wh)} ${DIRECTIONS[props.flow.direction]}, ${of}`;
  };
  return (
    <div class="stack tight">
      <p class="carried">
        {words()}{" "}
        <Show when={props.flow.isFull}>
          <Badge named={{ words: "Line full", tone: "bad" }} />
        </Show>
      </p>
      <svg class="load" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={`${props.name}: ${words()}`} data-full={props.flow.isFull ? "" : undefined}>
        <rect class="track" width="100" height="8" />
        <rect class="fill" width={share()} height="8" />
        <Show when={props.flow.capacityWh !== null}>
          <rect class="mark" x="99.2" width="0.8" height="8" />
        </Show>
      </svg>
    </div>
  );
}

function Terms(props: { terms: EdgeTerms }) {
  const limit = (wh: number | null) => (wh === null ? "no limit" : `≤ ${kwh(wh, 0)}`);
  return (
    <p class="small soft">
      Fee {ct(props.terms.fee_ueur_per_kwh ?? 0)} · up {limit(props.terms.capacity_up_wh)} · down {limit(props.terms.capacity_down_wh)}
    </p>
  );
}
