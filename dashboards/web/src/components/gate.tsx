/**
 * A page that is shown at once, when the first answers to all that it asked for have come. So nothing of it moves under
 * the reader because something beside it came later.
 */
import { type ParentProps, Show, createSignal, onCleanup } from "solid-js";
import { Waiting } from "../state/query";
import { Skeleton } from "./panel";

/** A part that takes longer is not waited for, in ms. */
const LONGEST_MS = 5_000;

export function Gate(props: ParentProps) {
  const [isOpen, setOpen] = createSignal(false);
  let pending = 0;
  const open = () => setOpen(true);
  // An answer may make parts that ask for more, so it looks again when they have had the time to ask.
  const look = () => setTimeout(() => pending === 0 && open(), 0);
  const longest = setTimeout(open, LONGEST_MS);
  onCleanup(() => clearTimeout(longest));
  look();
  const change = (by: 1 | -1) => {
    pending += by;
    if (pending === 0) look();
  };
  return (
    <Waiting.Provider value={change}>
      <Show when={!isOpen()}>
        <Skeleton />
      </Show>
      <div class="gate" hidden={!isOpen()}>
        {props.children}
      </div>
    </Waiting.Provider>
  );
}
