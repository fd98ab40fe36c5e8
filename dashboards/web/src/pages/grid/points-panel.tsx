/** Approving a connection point: what its owner needs to register a site is made here, and shown to be sent to them. */
import { For, Show, createSignal, createUniqueId } from "solid-js";
import { words } from "../../api/problem";
import type { Chain, Zone } from "../../api/types";
import { ask } from "../../chain/signing";
import { NumberField } from "../../components/order-form";
import { Panel } from "../../components/panel";
import { part } from "../../load";
import { zoneName } from "../../state/names";
import { parseDecimal } from "../../units/decimal";
import { short } from "../../units/format";
import { accountHex } from "../../units/ss58";
import type { Point } from "./points";

/** The chain takes no larger connection: a megawatt. */
const MAX_POINT_POWER_W = 1_000_000n;

type Fields = { id: string; owner: string; power: string; nullifier: string };
const EMPTY: Fields = { id: "", owner: "", power: "", nullifier: "" };

/** What is wrong with a field; an empty text if nothing is. On a development chain no regulator gives hashes. */
function errorsOf(fields: Fields, development: boolean): Fields {
  const power = parseDecimal(fields.power, 3, "power", MAX_POINT_POWER_W);
  const isHash = /^0x[0-9a-fA-F]{64}$/.test(fields.nullifier.trim());
  return {
    id: fields.id.trim() === "" ? "Enter the official id of the connection point." : "",
    owner: accountHex(fields.owner.trim()) === null ? "This is no account's address. Copy the one that its owner sent you." : "",
    power: !power.ok ? power.error : power.value === 0n ? "The power must be above 0 kW." : "",
    nullifier: isHash || (development && fields.nullifier.trim() === "") ? "" : "It is 0x and 64 digits from 0 to f: the regulator gives it.",
  };
}

export function PointsPanel(props: { market: number; zones: Zone[]; chain: Chain }) {
  const [fields, setFields] = createSignal(EMPTY);
  const [zone, setZone] = createSignal<number>();
  const [hasSun, setSun] = createSignal(true);
  const [isChecked, setChecked] = createSignal(false);
  const [made, setMade] = createSignal<Point & { owner: string }>();
  const [failure, setFailure] = createSignal("");
  const change = (change: Partial<Fields>) => setFields((before) => ({ ...before, ...change }));
  const feeders = () => props.zones.filter((candidate) => candidate.parent !== null || props.zones.length === 1);
  const picked = () => feeders().find((candidate) => candidate.id === zone()) ?? feeders()[0];
  const errors = () => errorsOf(fields(), props.chain.development);
  const error = (field: keyof Fields) => (isChecked() ? errors()[field] : "");
  const review = async () => {
    setChecked(true);
    const into = picked();
    const power = parseDecimal(fields().power, 3, "power", MAX_POINT_POWER_W);
    if (!into || !power.ok || Object.values(errors()).some((wrong) => wrong !== "")) return;
    try {
      const { pointOf } = await part(() => import("./points"));
      const nullifier = fields().nullifier.trim().toLowerCase();
      const point = pointOf(props.market, fields().id, nullifier === "" ? null : nullifier);
      const owner = fields().owner.trim();
      setMade({ ...point, owner });
      setFailure("");
      ask(
        { kind: "approve_point", zone: into.id, salted: point.salted, nullifier: point.nullifier, owner, max_power_w: Number(power.value), hasSun: hasSun() },
        { energySeconds: props.chain.slot_energy_seconds, siteName: "", zoneName: zoneName(into) },
      );
    } catch (problem) {
      setFailure(words(problem));
    }
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    void review();
  };
  return (
    <Panel title="Connection points" note="whose site may trade, decided by you">
      <form class="stack" aria-label="Approve a connection point" noValidate onSubmit={send}>
        <div class="fields">
          <TextField label="Official id of the connection point" value={fields().id} error={error("id")} onInput={(id) => change({ id })} />
          <TextField label="Owner's address" mono value={fields().owner} error={error("owner")} onInput={(owner) => change({ owner })} />
          <label class="field">
            <span>Zone</span>
            <select class="input" value={picked()?.id} onChange={(event) => setZone(Number(event.currentTarget.value))}>
              <For each={feeders()}>{(each) => <option value={each.id}>{zoneName(each)}</option>}</For>
            </select>
          </label>
          <NumberField label="Most power" unit="kW" value={fields().power} error={error("power")} onInput={(power) => change({ power })} />
          <TextField
            label={props.chain.development ? "Regulator's hash of the id (not needed here)" : "Regulator's hash of the id"}
            mono
            value={fields().nullifier}
            error={error("nullifier")}
            onInput={(nullifier) => change({ nullifier })}
          />
          <label class="row choice">
            <input type="checkbox" checked={hasSun()} onChange={(event) => setSun(event.currentTarget.checked)} />
            The sun may produce there
          </label>
        </div>
        <Show when={failure()}>
          <p class="problem" role="alert">
            {failure()}
          </p>
        </Show>
        <div class="row">
          <button class="button primary" type="submit">
            Review approval
          </button>
        </div>
      </form>
      <Show when={made()}>{(point) => <ToSend point={point()} />}</Show>
    </Panel>
  );
}

/** The code that the owner pastes; it does something only once the approval is finalised. */
function ToSend(props: { point: Point & { owner: string } }) {
  return (
    <div class="notice" data-testid="point-code">
      <p>
        Once the approval is finalised, send this code to {short(props.point.owner)}. They paste it under “Register your site”.
      </p>
      <p class="mono">{props.point.commitment}</p>
      <p class="small">
        Keep with your records, beside the official id: salt <span class="mono">{props.point.salt}</span>
      </p>
    </div>
  );
}

function TextField(props: { label: string; mono?: boolean; value: string; error: string; onInput: (value: string) => void }) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        classList={{ mono: props.mono === true }}
        autocomplete="off"
        spellcheck={false}
        maxLength={100}
        value={props.value}
        aria-invalid={props.error !== ""}
        aria-describedby={props.error === "" ? undefined : `${id}-error`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <Show when={props.error}>
        <p class="problem" id={`${id}-error`}>
          {props.error}
        </p>
      </Show>
    </div>
  );
}
