/** What frames every page: the header with the chain's pulse, and the footer with its blocks. */
import { For, type ParentProps } from "solid-js";
import type { Status } from "../api/types";
import { PAGES, path } from "../router";
import { session } from "../session/session";
import { pulse } from "../state/live";
import { away } from "../state/network";
import { live, nowMs } from "../state/stream";
import { whole } from "../units/format";

export function Header(props: { choose: () => void }) {
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
  // A connection that is gone is said by the banner; nobody needs to hear it twice.
  const role = () => (now().level === "stale" && away() === null ? "alert" : undefined);
  return (
    <span class="pulse" data-level={now().level} role={role()} data-testid="pulse">
      {now().words}
    </span>
  );
}

export function Footer(props: { status: Status }) {
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
