/** A titled part of a page, and what it shows while it has nothing: loading, failed, empty. */
import { type JSX, Match, Show, Switch, createUniqueId } from "solid-js";
import { Problem, words } from "../api/problem";
import { enter, isElsewhere, session } from "../session/session";
import { away } from "../state/network";
import type { Query } from "../state/query";

/** A section with a heading of its own. */
export function Panel(props: { title: string; note?: JSX.Element; class?: string; children: JSX.Element }) {
  const id = createUniqueId();
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{props.title}</h2>
        <Show when={props.note}>
          <p class="soft">{props.note}</p>
        </Show>
      </div>
      {props.children}
    </section>
  );
}

/** True for a failure that the whole page has in common: it is said once, above all. */
function isSaidAbove(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  return (error.status === 0 && away() !== null) || ((error.status === 401 || error.status === 403) && isElsewhere());
}

/** Shows a query's data, or why there is none. Old data stays while a new request fails; that is said above it. */
export function Load<T>(props: { query: Query<T>; children: (data: () => T) => JSX.Element }) {
  const own = () => {
    const error = props.query.error();
    return isSaidAbove(error) ? undefined : error;
  };
  return (
    <>
      <Show when={own()}>{(error) => <Failure error={error()} again={() => props.query.refetch()} />}</Show>
      <Switch>
        <Match when={props.query.data()}>{(data) => props.children(data)}</Match>
        <Match when={props.query.loading() || !own()}>
          <Skeleton />
        </Match>
      </Switch>
    </>
  );
}

/** Lines that breathe until there is something to show. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="hidden-visually">Loading</span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Why something is not there, and what can be done. */
export function Failure(props: { error: unknown; again: () => void }) {
  const expired = () => props.error instanceof Problem && props.error.status === 401;
  const loginAgain = async () => {
    const now = session();
    if (now.phase === "in") await enter(now.identity);
    props.again();
  };
  return (
    <div class="notice" data-tone="bad" role="alert">
      <p>{expired() ? "Your login has expired." : words(props.error)}</p>
      <button class="button small" type="button" onClick={() => (expired() ? void loginAgain() : props.again())}>
        {expired() ? "Log in again" : "Try again"}
      </button>
    </div>
  );
}

/** What went wrong with what the visitor just did; nothing while nothing did. */
export function Wrong(props: { text: string }) {
  return (
    <Show when={props.text}>
      <p class="problem" role="alert">
        {props.text}
      </p>
    </Show>
  );
}

/** There is nothing yet, and what would make it appear. */
export function Empty(props: { children: JSX.Element }) {
  return <div class="notice">{props.children}</div>;
}

/** One number with its name, in a list of such. */
export function Figure(props: { name: string; value: string; note?: JSX.Element }) {
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        <Show when={props.note}>
          <small>{props.note}</small>
        </Show>
      </dd>
    </div>
  );
}
