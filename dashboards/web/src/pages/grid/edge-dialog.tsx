/** A line's fee and limits as an operator types them; the call is shown in words afterwards. */
import { Show, createSignal } from "solid-js";
import type { Chain, Zone } from "../../api/types";
import { ask } from "../../chain/signing";
import { Dialog } from "../../components/dialog";
import { NumberField } from "../../components/order-form";
import { zoneName } from "../../state/names";
import { type EdgeFields, fieldsOf, parseEdge, unusual } from "./edge-terms";

type EdgeDialogProps = {
  zone: Zone | null;
  chain: Chain;
  /** What crossed the line in the last slots. */
  flows: (zone: number) => (number | null)[];
  onClose: () => void;
};

export function EdgeDialog(props: EdgeDialogProps) {
  return (
    <Dialog isOpen={props.zone !== null} onClose={() => props.onClose()}>
      {(headingId) => (
        <Show when={props.zone} keyed>
          {(zone) => <EdgeForm zone={zone} chain={props.chain} flows={props.flows(zone.id)} headingId={headingId} onClose={() => props.onClose()} />}
        </Show>
      )}
    </Dialog>
  );
}

function EdgeForm(props: { zone: Zone; chain: Chain; flows: (number | null)[]; headingId: string; onClose: () => void }) {
  // The newest terms are what an operator changes, even if they do not hold yet.
  const newest = () => props.zone.pending.at(-1) ?? props.zone;
  const [fields, setFields] = createSignal<EdgeFields>(fieldsOf(newest()));
  const [isChecked, setChecked] = createSignal(false);
  const change = (part: Partial<EdgeFields>) => setFields((before) => ({ ...before, ...part }));
  const errorOf = (field: keyof EdgeFields) => {
    const parsed = parseEdge(fields());
    return isChecked() && !parsed.ok ? parsed.errors[field] : "";
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const parsed = parseEdge(fields());
    if (!parsed.ok) return;
    const { fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh } = parsed;
    const after = { fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh };
    const context = {
      energySeconds: props.chain.slot_energy_seconds,
      siteName: "",
      zoneName: zoneName(props.zone),
      before: newest(),
      warnings: unusual(newest(), after, props.flows),
    };
    props.onClose();
    ask({ kind: "set_edge", zone: props.zone.id, ...after }, context);
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <h2 id={props.headingId}>Line to {zoneName(props.zone)}</h2>
      <NumberField label="Network fee" unit="ct/kWh" value={fields().fee} error={errorOf("fee")} onInput={(fee) => change({ fee })} />
      <NumberField
        label="Limit up, out of the zone, a slot"
        unit="kWh"
        placeholder="no limit"
        value={fields().up}
        error={errorOf("up")}
        onInput={(up) => change({ up })}
      />
      <NumberField
        label="Limit down, into the zone, a slot"
        unit="kWh"
        placeholder="no limit"
        value={fields().down}
        error={errorOf("down")}
        onInput={(down) => change({ down })}
      />
      <p class="small soft">
        Leave a limit empty for none. Limits change with the next slot, a fee only after a day's notice. Congestion rent goes to the
        community, never to the operator.
      </p>
      <div class="row">
        <button class="button primary" type="submit">
          Review change
        </button>
        <button class="button" type="button" onClick={() => props.onClose()}>
          Leave it
        </button>
      </div>
    </form>
  );
}
