/** A component that is loaded with its first use, and says so if it does not come. */
import { type Component, Match, Show, Switch, createComponent, createSignal } from "solid-js";
import { part, reloadOnce } from "../load";
import { Skeleton } from "./panel";

/** A page may be loaded anew with all that is on it; over a dialog somebody may lose what they typed. */
type Kind = "page" | "dialog";

/** `begin` loads it before its first use; if that fails, its use tries again. */
type LazyPart<Props extends object> = Component<Props> & { begin: () => void };

/** Each use tries again what failed before; `lazy` of Solid would keep the failure for ever. */
export function lazyPart<Props extends object>(load: () => Promise<{ default: Component<Props> }>, kind: Kind = "page"): LazyPart<Props> {
  let known: Component<Props> | undefined;
  const begin = () => void load().then(({ default: component }) => (known = component), () => undefined);
  const Part: Component<Props> = (props) => {
    const [shown, setShown] = createSignal<Component<Props> | undefined>(known);
    const [hasFailed, setFailed] = createSignal(false);
    const start = async () => {
      setFailed(false);
      try {
        known = (await part(load)).default;
        setShown(() => known);
      } catch {
        setFailed(kind === "dialog" || !reloadOnce());
      }
    };
    if (!known) void start();
    return (
      <Switch
        fallback={
          <Show when={kind === "page"}>
            <Skeleton />
          </Show>
        }
      >
        <Match when={shown()}>{(component) => createComponent(component(), props)}</Match>
        <Match when={hasFailed()}>
          <NotLoaded floats={kind === "dialog"} again={() => void start()} />
        </Match>
      </Switch>
    );
  };
  return Object.assign(Part, { begin });
}

/** What stands where a part did not come. */
export function NotLoaded(props: { floats?: boolean; again: () => void }) {
  return (
    <div class="notice" classList={{ floating: props.floats === true }} data-tone="bad" role="alert">
      <p>
        {props.floats === true ? "This part of the page" : "This page"} could not be loaded. The server may have been updated, or your
        connection is gone.
      </p>
      <button class="button small" type="button" onClick={() => props.again()}>
        Load again
      </button>
    </div>
  );
}
