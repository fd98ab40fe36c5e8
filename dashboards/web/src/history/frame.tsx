/** What every history has: the length of its period, the way back and forth, and the figures of the period before. */
import { For, type JSX, Show, createMemo, createSignal } from "solid-js";
import { Panel } from "../components/panel";
import { type Kind, type Period, periodName, periodOf } from "./period";

const NAMES: Record<Kind, string> = { day: "Day", week: "Week", month: "Month", year: "Year" };
export const BEFORE: Record<Kind, string> = { day: "the day before", week: "the week before", month: "the month before", year: "the year before" };

/** The period that is shown, the one before it, and how to go elsewhere. */
export type Shown = { period: () => Period; before: () => Period; back: () => number; go: (back: number) => void; pick: (kind: Kind) => void };

/** Begins with this week. */
export function createShown(): Shown {
  const [kind, setKind] = createSignal<Kind>("week");
  const [back, setBack] = createSignal(0);
  const now = () => Math.floor(Date.now() / 1000);
  const period = createMemo(() => periodOf(kind(), now(), back()));
  const before = createMemo(() => periodOf(kind(), now(), back() + 1));
  const pick = (next: Kind) => {
    setBack(0);
    setKind(next);
  };
  return { period, before, back, go: setBack, pick };
}

export function Frame(props: { shown: Shown; kinds: readonly Kind[]; children: JSX.Element }) {
  return (
    <Panel title="History" note={<Kinds kinds={props.kinds} kind={props.shown.period().kind} pick={props.shown.pick} />}>
      <div class="row period" role="group" aria-label="Period shown">
        <button class="button small" type="button" aria-label="Earlier" onClick={() => props.shown.go(props.shown.back() + 1)}>
          ‹
        </button>
        <strong aria-live="polite">{periodName(props.shown.period())}</strong>
        <button class="button small" type="button" aria-label="Later" disabled={props.shown.back() === 0} onClick={() => props.shown.go(props.shown.back() - 1)}>
          ›
        </button>
      </div>
      {props.children}
    </Panel>
  );
}

function Kinds(props: { kinds: readonly Kind[]; kind: Kind; pick: (kind: Kind) => void }) {
  return (
    <span class="segments" role="group" aria-label="Length of the period">
      <For each={props.kinds}>
        {(kind) => (
          <button type="button" aria-pressed={props.kind === kind} onClick={() => props.pick(kind)}>
            {NAMES[kind]}
          </button>
        )}
      </For>
    </span>
  );
}

type ComparedProps = { name: string; value: string; before: string; change: number | null; kind: Kind; note?: string };

/** A figure with what it was in the period before. */
export function Compared(props: ComparedProps) {
  const change = () => (props.change === null || props.change === 0 ? "" : ` (${props.change > 0 ? "+" : "−"}${Math.abs(props.change)} %)`);
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        <small>
          <Show when={props.note}>{props.note}; </Show>
          {BEFORE[props.kind]}: {props.before}
          {change()}
        </small>
      </dd>
    </div>
  );
}
