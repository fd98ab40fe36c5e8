/** What surrounds every page: who the visitor is, which page it is, and how the chain's pulse goes. */
import { For, Match, type ParentProps, Show, Switch, createEffect, createSignal, lazy, on, onCleanup, onMount } from "solid-js";
import { api } from "./api/client";
import type { Status } from "./api/types";
import { AccountDialog } from "./components/account-dialog";
import { CallDialog } from "./components/call-dialog";
import { Failure, Skeleton } from "./components/panel";
import { PAGES, nameOf, path } from "./router";
import { nameInHash } from "./session/key";
import { restore, session } from "./session/session";
import { pulse } from "./state/live";
import { type Query, createQuery } from "./state/query";
import { live, nowMs } from "./state/stream";
import { whole } from "./units/format";

const Home = lazy(() => import("./pages/home/page"));
const Buy = lazy(() => import("./pages/buy/page"));
const Grid = lazy(() => import("./pages/grid/page"));
const Link = lazy(() => import("./pages/link/page"));

export function App() {
  const status = createQuery(
    () => true,
    () => api.status(),
    () => live().all,
  );
  return (
    <Show
      when={status.data()}
      fallback={
        <main class="page">
          <Show when={status.error()} fallback={<Skeleton />}>
            {(error) => <Failure error={error()} again={() => status.refetch()} />}
          </Show>
        </main>
      }
    >
      {(known) => <Shell status={known()} query={status} />}
    </Show>
  );
}

function Shell(props: { status: Status; query: Query<Status> }) {
  const [isChoosing, setChoosing] = createSignal(false);
  const [isRestored, setRestored] = createSignal(false);
  const takeUp = () => void restore(props.status).finally(() => setRestored(true));
  onMount(() => {
    takeUp();
    const changed = () => nameInHash(location.hash) !== null && takeUp();
    addEventListener("hashchange", changed);
    onCleanup(() => removeEventListener("hashchange", changed));
  });
  createEffect(() => (document.title = `${nameOf(path())} · DeREN`));
  // A new page begins at its heading for those who listen to it.
  createEffect(on(path, () => document.getElementById("main")?.focus(), { defer: true }));
  const choose = () => setChoosing(true);
  return (
    <>
      <a class="skip button" href="#main">
        Skip to the page
      </a>
      <Header choose={choose} />
      <main class="page" id="main" tabindex="-1">
        <LoginError />
        <Show when={isRestored()} fallback={<Skeleton />}>
          <Switch fallback={<NotFound />}>
            <Match when={path() === "/"}>
              <Home status={props.status} choose={choose} />
            </Match>
            <Match when={path() === "/buy"}>
              <Buy status={props.status} choose={choose} />
            </Match>
            <Match when={path() === "/grid"}>
              <Grid status={props.status} choose={choose} />
            </Match>
            <Match when={path() === "/link"}>
              <Link status={props.status} choose={choose} />
            </Match>
          </Switch>
        </Show>
      </main>
      <Footer status={props.status} />
      <AccountDialog status={props.status} isOpen={isChoosing()} onClose={() => setChoosing(false)} />
      <CallDialog chain={props.status.chain} />
    </>
  );
}

function Header(props: { choose: () => void }) {
  const name = () => {
    const now = session();
    if (now.phase === "out") return "Choose account";
    return now.phase === "entering" ? "Logging in…" : now.identity.name;
  };
  return (
    <header class="header">
      <div class="header-inner">
        <a class="brand" href="/">
          <img src="/logo.svg" alt="" width="32" height="32" />
          <span>DeREN</span>
        </a>
        <nav class="nav" aria-label="Pages">
          <For each={PAGES}>
            {(page) => (
              <a href={page.path} aria-current={path() === page.path ? "page" : undefined}>
                {page.name}
              </a>
            )}
          </For>
        </nav>
        <div class="header-end">
          <Pulse />
          <button class="button account-button" type="button" aria-haspopup="dialog" onClick={() => props.choose()}>
            <span>{name()}</span>
          </button>
        </div>
      </div>
    </header>
  );
}

function Pulse() {
  const now = () => pulse(live(), nowMs());
  return (
    <span class="pulse" data-level={now().level} role={now().level === "stale" ? "alert" : undefined} data-testid="pulse">
      {now().words}
    </span>
  );
}

function LoginError() {
  const error = () => {
    const now = session();
    return now.phase === "out" ? now.error : null;
  };
  return (
    <Show when={error()}>
      <p class="notice" data-tone="bad" role="alert">
        {error()}
      </p>
    </Show>
  );
}

function Footer(props: { status: Status }) {
  const number = (value: number | null | undefined) => (typeof value === "number" ? whole(value) : "–");
  return (
    <footer class="footer">
      <Part>
        {props.status.chain.name}
        {props.status.chain.development ? " (development)" : ""}
      </Part>
      <Part>
        Block {number(live().best ?? props.status.best?.number)}, finalised {number(live().finalized ?? props.status.finalized?.number)}
      </Part>
      <Part>
        {props.status.reconciled_through_era === null
          ? "Not yet reconciled with the chain"
          : `Reconciled with the chain through era ${whole(props.status.reconciled_through_era)}`}
      </Part>
    </footer>
  );
}

const Part = (props: ParentProps) => <span>{props.children}</span>;

function NotFound() {
  return (
    <div class="notice">
      <h1>No such page</h1>
      <p>
        There are <a href="/">My home</a>, <a href="/buy">Buy</a> and <a href="/grid">Grid</a>.
      </p>
    </div>
  );
}
