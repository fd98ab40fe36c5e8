/** A name that its owner can change in place. Names are texts that others wrote: they are only ever shown as text. */
import { Show, createSignal, createUniqueId, onMount } from "solid-js";
import { words } from "../api/problem";
import { nameError } from "../state/names";
import { Wrong } from "./panel";

type EditableNameProps = {
  /** What is shown where nobody gave a name. */
  name: string;
  /** What is named, such as "home". */
  what: string;
  mayEdit: boolean;
  heading?: boolean;
  save: (name: string) => Promise<void>;
};

export function EditableName(props: EditableNameProps) {
  const [isEditing, setEditing] = createSignal(false);
  return (
    <Show when={isEditing()} fallback={<Shown {...props} edit={() => setEditing(true)} />}>
      <Editor {...props} done={() => setEditing(false)} />
    </Show>
  );
}

function Shown(props: EditableNameProps & { edit: () => void }) {
  return (
    <div class="row name">
      <Show when={props.heading} fallback={<strong>{props.name}</strong>}>
        <h1>{props.name}</h1>
      </Show>
      <Show when={props.mayEdit}>
        <button class="button quiet small" type="button" aria-label={`Rename ${props.name}`} onClick={() => props.edit()}>
          Rename
        </button>
      </Show>
    </div>
  );
}

function Editor(props: EditableNameProps & { done: () => void }) {
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const [error, setError] = createSignal("");
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const wrong = nameError(text());
    setError(wrong);
    if (wrong !== "") return;
    try {
      await props.save(text().trim());
      props.done();
    } catch (failure) {
      setError(words(failure));
    }
  };
  let input!: HTMLInputElement;
  onMount(() => {
    input.value = props.name;
    setText(props.name);
    input.select();
  });
  return (
    <form class="stack tight" noValidate onSubmit={(event) => void save(event)}>
      <div class="row">
        <label class="hidden-visually" for={id}>
          Name of the {props.what}
        </label>
        <input id={id} class="input name-input" ref={input} maxLength={80} aria-invalid={error() !== ""} onInput={(event) => setText(event.currentTarget.value)} />
        <button class="button primary small" type="submit">
          Save
        </button>
        <button class="button small" type="button" onClick={() => props.done()}>
          Leave
        </button>
      </div>
      <Wrong text={error()} />
    </form>
  );
}
