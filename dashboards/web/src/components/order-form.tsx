/** Up to eight price steps as a person types them, with what they mean said beneath while typing. */
import { Index, Show, createSignal, createUniqueId } from "solid-js";
import type { OrderStep, Side } from "../api/types";
import { type Funds, affordable, holdUeur, missingUeur } from "../chain/funds";
import { MAX_STEPS, type Row, parseRows, rowsOf } from "../chain/order-steps";
import { orderWords } from "../chain/order-words";
import { ct, eur, kwh } from "../units/format";

type OrderFormProps = {
  side: Side;
  energySeconds: number;
  /** What the account has; null if it is not known. */
  funds: Funds | null;
  /** The most that the connection carries. */
  maxPowerW: number;
  /** What a supplier takes; null where nobody buys. */
  retailUeurPerKwh: number | null;
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
    if (result.ok && missing(result.steps) === 0n) props.onSteps(result.steps);
  };
  const missing = (steps: OrderStep[]) => (props.funds ? missingUeur(props.side, steps, props.funds) : 0n);
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
      <Meaning {...props} rows={rows()} lower={(steps) => setRows(rowsOf(steps))} />
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

type MeaningProps = OrderFormProps & { rows: Row[]; lower: (steps: OrderStep[]) => void };

function Meaning(props: MeaningProps) {
  const parsed = () => parseRows(props.side, props.rows);
  const steps = () => {
    const result = parsed();
    return result.ok ? result.steps : null;
  };
  const isFilled = () => props.rows.every((row) => row.limit.trim() !== "" && row.cap.trim() !== "");
  const wrong = () => {
    const result = parsed();
    return result.ok ? "" : (result.errors.map((error) => error.limit || error.cap).find((words) => words !== "") ?? "");
  };
  return (
    <div class="meaning" aria-live="polite">
      <Show
        when={steps()}
        fallback={<p class={isFilled() ? "problem" : "soft"}>{isFilled() ? wrong() : "Fill in each step: what it means is said here."}</p>}
      >
        {(good) => (
          <>
            <p>
              {orderWords(props.side, good(), props.energySeconds)}
              <Show when={props.side === "buy"}>; at most {eur(holdUeur(good()), 2, 6)} is held</Show>.
            </p>
            <Unusual {...props} steps={good()} />
            <Show when={props.funds}>{(funds) => <Short {...props} steps={good()} funds={funds()} />}</Show>
          </>
        )}
      </Show>
    </div>
  );
}

/** What somebody may not have meant, though the chain would take it. */
function Unusual(props: MeaningProps & { steps: OrderStep[] }) {
  const mostWh = () => Math.floor((props.maxPowerW * props.energySeconds) / 3600);
  const isMuch = () => props.steps.reduce((sum, step) => sum + step.cap_wh, 0) > mostWh();
  const dearest = () => Math.max(...props.steps.map((step) => step.limit_ueur_per_kwh));
  const isDear = () => props.side === "buy" && props.retailUeurPerKwh !== null && dearest() > props.retailUeurPerKwh;
  return (
    <>
      <Show when={isDear()}>
        <p class="caution">That is above your retail tariff of {ct(props.retailUeurPerKwh ?? 0)}: you could pay more than your supplier takes.</p>
      </Show>
      <Show when={isMuch()}>
        <p class="caution">Your connection carries at most {kwh(mostWh(), 0)} in that time: more than that is never traded.</p>
      </Show>
    </>
  );
}

/** An order that would be paused at its first settlement, or could not be cancelled any more, is not sent. */
function Short(props: MeaningProps & { steps: OrderStep[]; funds: Funds }) {
  const missing = () => missingUeur(props.side, props.steps, props.funds);
  const lowered = () => affordable(props.side, props.steps, props.funds);
  return (
    <Show when={missing() > 0n}>
      <p class="problem" role="alert">
        {eur(missing(), 2, 6)} is missing. Beside what is held, one slot's cost and some cents for fees must stay free, or the order would be
        paused at once and could not be cancelled.
      </p>
      <Show when={lowered()} fallback={<p class="small soft">Your free EUR is not enough for any order: top up first.</p>}>
        {(less) => (
          <button class="button small" type="button" onClick={() => props.lower(less())}>
            Lower to {kwh(less().reduce((sum, step) => sum + step.cap_wh, 0), 0)}
          </button>
        )}
      </Show>
    </Show>
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
