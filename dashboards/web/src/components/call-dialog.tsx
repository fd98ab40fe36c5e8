/** A call in words, then its way to a finalised block, step by step. */
import { For, Show } from "solid-js";
import type { Chain } from "../api/types";
import { describe } from "../chain/calls";
import { ALL_DONE, type Step, steps } from "../chain/progress";
import { type Asked, asked, close, confirm } from "../chain/signing";
import { Dialog } from "./dialog";

export type CallDialogProps = { chain: Chain };

export default function CallDialog(props: CallDialogProps) {
  return (
    <Dialog isOpen={asked() !== null} onClose={close}>
      {(headingId) => <Show when={asked()}>{(of) => <Content asked={of()} chain={props.chain} headingId={headingId} />}</Show>}
    </Dialog>
  );
}

function Content(props: { asked: Asked; chain: Chain; headingId: string }) {
  const text = () => describe(props.asked.call, props.asked.context);
  return (
    <div class="stack">
      <h2 id={props.headingId}>{text().title}</h2>
      <ul class="stack tight">
        <For each={text().lines}>{(line) => <li>{line}</li>}</For>
      </ul>
      <For each={props.asked.context.warnings ?? []}>
        {(warning) => (
          <p class="notice" data-tone="wait" data-testid="warning">
            {warning}
          </p>
        )}
      </For>
      <Show
        when={props.asked.progress}
        fallback={
          <>
            <p class="small soft">The chain's fee, less than a cent, is paid in EUR from the same account.</p>
            <div class="row">
              <button class="button primary" type="button" onClick={() => void confirm(props.chain)}>
                Sign and send
              </button>
              <button class="button" type="button" onClick={close}>
                Not now
              </button>
            </div>
          </>
        }
      >
        {(progress) => (
          <>
            <ol class="progress" aria-live="polite" aria-label="Progress">
              <For each={steps(progress())}>{(step) => <Line step={step} />}</For>
            </ol>
            <Show when={progress().refused}>
              {(why) => (
                <p class="notice" data-tone="bad" role="alert">
                  {why()}
                </p>
              )}
            </Show>
            <button class="button" classList={{ primary: progress().done === ALL_DONE }} type="button" onClick={close}>
              {progress().done === ALL_DONE || progress().refused !== null ? "Close" : "Close and let it go on"}
            </button>
          </>
        )}
      </Show>
    </div>
  );
}

const SPOKEN: Record<Step["state"], string> = { done: "done", now: "under way", next: "not yet", failed: "failed" };

function Line(props: { step: Step }) {
  return (
    <li data-state={props.step.state}>
      {props.step.label}
      <span class="hidden-visually">: {SPOKEN[props.step.state]}</span>
    </li>
  );
}
