/** Up to eight price steps as a person types them, with what they mean said beneath while typing. */
import { Index, Show, createSignal, createUniqueId } from "solid-js";
import type { OrderStep, Side } from "../api/types";
import { holdUeur, orderWords } from "../chain/calls";
import { MAX_STEPS, type Row, parseRows, rowsOf } from "../chain/order-steps";
import { eur } from "../units/format";

type OrderFormProps = {
  side: Side;
  energySeconds: number;
  /** What could be held; null if it is not known. */
  freeUeur: number | null;
  first: OrderStep[];
  onSteps: (steps: OrderStep[]) => void;
  onLeave: (() => void) | undefined;
};

const EMPTY: Row = { limit: "", cap: "" };

export function OrderForm(props: OrderFormProps) {
  const initial = () => (props.first.length > 0 ? rowsOf(props.first) : [EMPTY]);
  const [rows, setRows] = createSignal<Row[]>(initial());
  const [isChecked, setChecked] = createSignal(false);
  const parsed = () => parseRows(props.side, rows());
  const change = (number: number, part: Partial<Row>) =>
    setRows((before) => before.map((row, index) => (index === number ? { ...row, ...part } : row)));
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    const result = parsed();
    if (result.ok) props.onSteps(result.steps);
  };
  const errorOf = (number: number, part: keyof Row) => {
    const result = parsed();
    return isChecked() && !result.ok ? (result.errors[number]?.[part] ?? "") : "";
  };
  return (
    <form class="stack" onSubmit={send} noValidate aria-label={props.side === "buy" ? "Buy order" : "Sell order"}>
      <ol class="stack tight">
        <Index each={rows()}>
          {(row, number) => (
            <StepRow
              side={props.side}
              number={number}
              row={row()}
              limitError={errorOf(number, "limit")}
              capError={errorOf(number, "cap")}
              onChange={(part) => change(number, part)}
              onRemove={rows().length > 1 ? () => setRows((before) => before.filter((_, index) => index !== number)) : undefined}
            />
          )}
        </Index>
      </ol>
      <Show when={rows().length < MAX_STEPS}>
        <button class="button quiet small add-step" type="button" onClick={() => setRows((before) => [...before, EMPTY])}>
          + Add a price step
        </button>
      </Show>
      <Meaning side={props.side} energySeconds={props.energySeconds} freeUeur={props.freeUeur} rows={rows()} />
      <div class="row">
        <button class="button primary" type="submit">
          Review order
        </button>
        <Show when={props.onLeave}>
          {(leave) => (
            <button class="button" type="button" onClick={() => leave()()}>
              Keep as it is
            </button>
          )}
        </Show>
      </div>
    </form>
  );
}

function Meaning(props: { side: Side; energySeconds: number; freeUeur: number | null; rows: Row[] }) {
  const steps = () => {
    const result = parseRows(props.side, props.rows);
    return result.ok ? result.steps : null;
  };
  return (
    <p class="meaning" aria-live="polite">
      <Show when={steps()} fallback={<span class="soft">Fill in each step: what it means is said here.</span>}>
        {(good) => (
          <>
            {orderWords(props.side, good(), props.energySeconds)}
            <Show when={props.side === "buy"}>; at most {eur(holdUeur(good()), 2, 6)} is held</Show>.
            <Show when={props.side === "buy" && props.freeUeur !== null && holdUeur(good()) > BigInt(props.freeUeur)}>
              <span class="problem"> You have only {eur(props.freeUeur ?? 0, 2, 6)}.</span>
            </Show>
          </>
        )}
      </Show>
    </p>
  );
}

type StepRowProps = {
  side: Side;
  number: number;
  row: Row;
  limitError: string;
  capError: string;
  onChange: (part: Partial<Row>) => void;
  onRemove: (() => void) | undefined;
};

function StepRow(props: StepRowProps) {
  const step = () => (props.number === 0 ? "" : `, step ${props.number + 1}`);
  return (
    <li class="order-step">
      <NumberField
        label={`${props.side === "buy" ? "Pay at most" : "Sell for at least"}${step()}`}
        unit="ct/kWh"
        value={props.row.limit}
        error={props.limitError}
        onInput={(limit) => props.onChange({ limit })}
      />
      <NumberField
        label={`Up to${step()}`}
        unit="kWh"
        value={props.row.cap}
        error={props.capError}
        onInput={(cap) => props.onChange({ cap })}
      />
      <Show when={props.onRemove}>
        {(remove) => (
          <button class="button quiet small" type="button" aria-label={`Remove step ${props.number + 1}`} onClick={() => remove()()}>
            Remove
          </button>
        )}
      </Show>
    </li>
  );
}

type NumberFieldProps = {
  label: string;
  unit: string;
  value: string;
  error: string;
  placeholder?: string;
  onInput: (value: string) => void;
};

/** A number with its unit, and what is wrong with it. */
export function NumberField(props: NumberFieldProps) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <span class="with-unit">
        <input
          id={id}
          class="input"
          inputmode="decimal"
          autocomplete="off"
          maxLength={20}
          value={props.value}
          placeholder={props.placeholder}
          aria-invalid={props.error !== ""}
          aria-describedby={props.error === "" ? undefined : `${id}-error`}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        {props.unit}
      </span>
      <Show when={props.error}>
        <p class="problem" id={`${id}-error`}>
          {props.error}
        </p>
      </Show>
    </div>
  );
}
