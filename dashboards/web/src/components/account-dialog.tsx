/** Choosing who one is: a development account, a key made here, or a wallet. */
import { For, Match, Show, Switch, createSignal } from "solid-js";
import { words } from "../api/problem";
import type { DevelopmentAccount, Role, Status } from "../api/types";
import { PAGES, navigate, path } from "../router";
import { type Identity, isSame } from "../session/key";
import { enter, leave, session } from "../session/session";
import { short } from "../units/format";
import { Dialog } from "./dialog";

const ROLES: Record<Role, string> = {
  owner: "Solar owners",
  neighbour: "Neighbours who buy",
  operator: "Grid operators",
};

export function AccountDialog(props: { status: Status; isOpen: boolean; onClose: () => void }) {
  const choose = async (identity: Identity, role?: Role) => {
    await enter(identity);
    if (session().phase !== "in") return;
    const page = PAGES.find((candidate) => candidate.role === role);
    // Who came with a gateway's code stays with it.
    if (page && path() !== "/link") navigate(page.path);
    props.onClose();
  };
  return (
    <Dialog isOpen={props.isOpen} onClose={() => props.onClose()}>
      {(headingId) => (
        <div class="stack">
          <div class="panel-head">
            <h2 id={headingId}>Choose an account</h2>
            <button class="button quiet small" type="button" onClick={() => props.onClose()}>
              Close
            </button>
          </div>
          <Current />
          <Show when={props.status.chain.development} fallback={<Wallets choose={(identity) => choose(identity)} />}>
            <p class="small soft">
              This is a development chain: its accounts come from a well-known phrase and hold play money.
            </p>
            <For each={Object.keys(ROLES) as Role[]}>
              {(role) => (
                <Accounts
                  title={ROLES[role]}
                  accounts={props.status.development_accounts.filter((account) => account.role === role)}
                  choose={(account) => choose({ kind: "development", ...account }, account.role)}
                />
              )}
            </For>
            <div class="stack tight">
              <h3>A key of your own</h3>
              <p class="notice" data-tone="wait">
                A key made here stays in this browser, unprotected: for development only. Its account is empty at first.
              </p>
              <button class="button" type="button" onClick={() => void choose({ kind: "made", name: "My key" })}>
                Make a key here
              </button>
            </div>
          </Show>
        </div>
      )}
    </Dialog>
  );
}

/** Who is logged in, under way, or why not. */
function Current() {
  return (
    <Switch>
      <Match when={session().phase === "in" && (session() as Extract<ReturnType<typeof session>, { phase: "in" }>)}>
        {(now) => (
          <div class="notice">
            <p>
              You are <strong>{now().identity.name}</strong>
            </p>
            <p class="mono">{now().address}</p>
            <button class="button small" type="button" onClick={() => void leave()}>
              Log out
            </button>
          </div>
        )}
      </Match>
      <Match when={session().phase === "entering"}>
        <p class="notice" role="status">
          Logging in: a challenge is being signed.
        </p>
      </Match>
      <Match when={(session() as { error?: string | null }).error}>
        {(error) => (
          <p class="notice" data-tone="bad" role="alert">
            {error()}
          </p>
        )}
      </Match>
    </Switch>
  );
}

function Accounts(props: { title: string; accounts: DevelopmentAccount[]; choose: (account: DevelopmentAccount) => Promise<void> }) {
  const isNow = (account: DevelopmentAccount) => {
    const now = session();
    return now.phase === "in" && isSame(now.identity, { kind: "development", ...account });
  };
  return (
    <Show when={props.accounts.length > 0}>
      <div class="stack tight">
        <h3>{props.title}</h3>
        <ul class="row">
          <For each={props.accounts}>
            {(account) => (
              <li>
                <button class="button small" type="button" aria-pressed={isNow(account)} onClick={() => void props.choose(account)}>
                  {account.name}
                </button>
              </li>
            )}
          </For>
        </ul>
      </div>
    </Show>
  );
}

function Wallets(props: { choose: (identity: Identity) => Promise<void> }) {
  const [extensions, setExtensions] = createSignal<string[]>();
  const [accounts, setAccounts] = createSignal<Identity[]>([]);
  const [error, setError] = createSignal("");
  const attempt = async (run: () => Promise<void>) => {
    setError("");
    try {
      await run();
    } catch (failure) {
      setError(words(failure));
    }
  };
  const look = () => attempt(async () => void setExtensions((await import("../session/wallets")).installed()));
  const open = (name: string) => attempt(async () => void setAccounts(await (await import("../session/wallets")).accountsOf(name)));
  return (
    <div class="stack tight">
      <Show when={extensions()} fallback={<button class="button primary" type="button" onClick={() => void look()}>Use a wallet</button>}>
        {(found) => (
          <ul class="row">
            <For each={found()} fallback={<li class="notice">No wallet extension is installed in this browser.</li>}>
              {(name) => (
                <li>
                  <button class="button small" type="button" onClick={() => void open(name)}>
                    {name}
                  </button>
                </li>
              )}
            </For>
          </ul>
        )}
      </Show>
      <ul class="stack tight">
        <For each={accounts()}>
          {(identity) => (
            <li>
              <button class="button" type="button" onClick={() => void props.choose(identity)}>
                {identity.name} <span class="mono">{identity.kind === "wallet" ? short(identity.address) : ""}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={error()}>
        <p class="problem" role="alert">
          {error()}
        </p>
      </Show>
    </div>
  );
}
