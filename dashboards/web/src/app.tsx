/** What surrounds every page: who the visitor is, which page it is, and how the chain's pulse goes. */
import { type Accessor, ErrorBoundary, Show, createEffect, createMemo, createSignal, on, onCleanup, onMount, untrack } from "solid-js";
import { api } from "./api/client";
import { words } from "./api/problem";
import type { Status } from "./api/types";
import { asked } from "./chain/signing";
import type { AccountDialogProps } from "./components/account-dialog";
import { Banners } from "./components/banners";
import type { CallDialogProps } from "./components/call-dialog";
import { Footer, Header } from "./components/frame";
import { lazyPart } from "./components/lazy-part";
import { Failure, Skeleton } from "./components/panel";
import type { PageProps } from "./pages/page-props";
import { type Path, nameOf, path } from "./router";
import { nameInHash } from "./session/key";
import { restore, session } from "./session/session";
import { unlocking } from "./session/unlocking";
import { createQuery } from "./state/query";
import { live } from "./state/stream";
import { setMarketClock } from "./units/time";

/** What each path shows. */
const PARTS = {
  "/": lazyPart<PageProps>(() => import("./pages/home/page")),
  "/buy": lazyPart<PageProps>(() => import("./pages/buy/page")),
  "/grid": lazyPart<PageProps>(() => import("./pages/grid/page")),
  "/link": lazyPart<PageProps>(() => import("./pages/link/page")),
} satisfies Readonly<Record<Path, unknown>>;
const partAt = (path: Path | null) => (path === null ? null : PARTS[path]);
// Nobody needs a dialog before they press something.
const AccountDialog = lazyPart<AccountDialogProps>(() => import("./components/account-dialog"), "dialog");
const CallDialog = lazyPart<CallDialogProps>(() => import("./components/call-dialog"), "dialog");
const UnlockDialog = lazyPart<object>(() => import("./components/unlock-dialog"), "dialog");

export function App() {
  // The page's part comes while it is asked what chain this is, and who looks at it.
  partAt(path())?.begin();
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
      {(known) => <Shell status={known()} />}
    </Show>
  );
}

function Shell(props: { status: Status }) {
  // Before anything is shown by it: a chain's clock is the same as long as a page is open.
  setMarketClock(untrack(() => props.status.chain.market_clock ?? null));
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
        <Banners status={props.status} />
        <LoginError />
        <Show when={isRestored()} fallback={<Skeleton />}>
          <ErrorBoundary fallback={(error: unknown, again: () => void) => <Failure error={`This page failed: ${words(error)}`} again={again} />}>
            <Page status={props.status} choose={choose} />
          </ErrorBoundary>
        </Show>
      </main>
      <Footer status={props.status} />
      <Dialogs status={props.status} isChoosing={isChoosing()} onChosen={() => setChoosing(false)} />
    </>
  );
}

function Page(props: PageProps) {
  return (
    <Show when={partAt(path())} keyed fallback={<NotFound />}>
      {(Part) => <Part {...props} />}
    </Show>
  );
}

/** True from the first time on that `is` is. */
function everSince(is: Accessor<boolean>): Accessor<boolean> {
  const ever = createMemo<boolean>((was) => was || is(), false);
  return ever;
}

function Dialogs(props: { status: Status; isChoosing: boolean; onChosen: () => void }) {
  const hasChosen = everSince(() => props.isChoosing);
  const hasAsked = everSince(() => asked() !== null);
  const hasUnlocked = everSince(() => unlocking() !== null);
  return (
    <>
      <Show when={hasChosen()}>
        <AccountDialog status={props.status} isOpen={props.isChoosing} onClose={props.onChosen} />
      </Show>
      <Show when={hasAsked()}>
        <CallDialog chain={props.status.chain} />
      </Show>
      <Show when={hasUnlocked()}>
        <UnlockDialog />
      </Show>
    </>
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
