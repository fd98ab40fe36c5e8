/** Asks for the passphrase of a key that is kept in this browser. */
import { Show, createSignal, createUniqueId } from "solid-js";
import { type Unlocking, unlocking } from "../session/unlocking";
import { short } from "../units/format";
import { Dialog } from "./dialog";

export default function UnlockDialog() {
  return (
    <Dialog isOpen={unlocking() !== null} onClose={() => unlocking()?.say(null)}>
      {(headingId) => (
        <Show when={unlocking()} keyed>
          {(asked) => <Ask asked={asked} headingId={headingId} />}
        </Show>
      )}
    </Dialog>
  );
}

function Ask(props: { asked: Unlocking; headingId: string }) {
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    props.asked.say(text());
  };
  return (
    <form class="stack" onSubmit={send}>
      <h2 id={props.headingId}>Unlock your key</h2>
      <p class="soft">
        {props.asked.name}, <span class="mono">{short(props.asked.address)}</span>: it signs in this page and is locked again when you log out
        or close the tab.
      </p>
      <div class="field">
        <label for={id}>Passphrase</label>
        <input
          id={id}
          class="input"
          type="password"
          autocomplete="current-password"
          maxLength={200}
          aria-invalid={props.asked.error !== ""}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Show when={props.asked.error}>
          <p class="problem" role="alert">
            {props.asked.error}
          </p>
        </Show>
      </div>
      <div class="row">
        <button class="button primary" type="submit" disabled={text() === ""}>
          Unlock
        </button>
        <button class="button" type="button" onClick={() => props.asked.say(null)}>
          Not now
        </button>
      </div>
    </form>
  );
}
