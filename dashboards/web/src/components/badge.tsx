/** A state as a coloured word; the colour never says more than the word. */
import { For } from "solid-js";
import { type Named, STAGES, stagesDone } from "../state/words";
import type { SlotState } from "../api/types";

export function Badge(props: { named: Named }) {
  return (
    <span class="badge" data-tone={props.named.tone}>
      {props.named.words}
    </span>
  );
}

/** Measured → cleared → settled → finalised, as four bars; the state's word stands beside it. */
export function Stages(props: { slot: { state: SlotState; finalized: boolean } }) {
  return (
    <span class="stages" aria-hidden="true">
      <For each={STAGES}>{(_, number) => <i data-done={number() < stagesDone(props.slot) ? "" : undefined} />}</For>
    </span>
  );
}
