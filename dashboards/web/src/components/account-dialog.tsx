/** Choosing who one is: a development account, a key of one's own, or a wallet. */
import { For, Match, Show, Switch, createSignal } from "solid-js";
import { words } from "../api/problem";
import type { DevelopmentAccount, Status } from "../api/types";
import { part } from "../load";
import { PAGES, navigate, path } from "../router";
import { type Identity, type OwnIdentity, type Role, isSame } from "../session/key";
import { type Session, enter, leave, session } from "../session/session";
import { Dialog } from "./dialog";
import { OwnKeys } from "./own-keys";
import { Wrong } from "./panel";
import { RecoveryPhrase } from "./recovery-phrase";
import { Wallets } from "./wallets";

const ROLES: Record<Role, string> = {
  owner: "Solar owners",
  neighbour: "Neighbours who buy",
  operator: "Grid operators",
};

export type AccountDialogProps = { status: Status; isOpen: boolean; onClose: () => void };

export default function AccountDialog(props: AccountDialogProps) {
  const choose = async (identity: Identity, role?: Role) => {
    await enter(identity);
    if (session().phase !== "in") return;
    const page = PAGES.find((candidate) => candidate.role === role);
    // Who came with a gateway's code stays with it.
    if (page && path() !== "/link") navigate(page.path);
    props.onClose();
  };
  const prefix = () => props.status.chain.ss58_prefix;
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
          <Current ss58Prefix={prefix()} />
          <Show when={props.status.chain.development}>
            <p class="small soft">
              This is a development chain: its accounts come from a well-known phrase and hold play money.
            </p>
            <For each={Object.keys(ROLES) as Role[]}>
              {(role) => (
                <Accounts
                  title={ROLES[role]}
                  accounts={props.status.development_accounts.filter((account) => account.role === role).filter(isPlayed)}
                  choose={(account) => choose({ kind: "development", ...account }, account.role)}
                />
              )}
            </For>
          </Show>
          <OwnKeys ss58Prefix={prefix()} choose={(identity) => choose(identity)} />
          <Wallets choose={(identity) => choose(identity)} />
        </div>
      )}
    </Dialog>
  );
}

/** Who is logged in, under way, or why not. */
function Current(props: { ss58Prefix: number }) {
  return (
    <Switch>
      <Match when={session().phase === "in" && (session() as Extract<Session, { phase: "in" }>)}>
        {(now) => (
          <div class="notice">
            <p>
              You are <strong>{now().identity.name}</strong>
            </p>
            <p class="mono">{now().address}</p>
            <div class="row">
              <button class="button small" type="button" onClick={() => void leave()}>
                Log out
              </button>
            </div>
            <Show when={ownOf(now().identity)}>{(identity) => <Export identity={identity()} ss58Prefix={props.ss58Prefix} />}</Show>
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

type Played = DevelopmentAccount & { role: Role };
const isPlayed = (account: DevelopmentAccount): account is Played => account.role !== "spare";

const ownOf = (identity: Identity): OwnIdentity | null =>
  identity.kind === "passkey" || identity.kind === "passphrase" ? identity : null;

/** The words once more, for whoever unlocks the key once more. */
function Export(props: { identity: OwnIdentity; ss58Prefix: number }) {
  const [phrase, setPhrase] = createSignal("");
  const [error, setError] = createSignal("");
  const show = async () => {
    setError("");
    try {
      const { reopen } = await part(() => import("../session/own-key"));
      setPhrase((await reopen(props.identity, props.ss58Prefix)).phrase);
    } catch (failure) {
      setError(words(failure));
    }
  };
  return (
    <Show
      when={phrase()}
      fallback={
        <>
          <button class="button quiet small" type="button" onClick={() => void show()}>
            Show the recovery phrase
          </button>
          <Wrong text={error()} />
        </>
      }
    >
      {(text) => <RecoveryPhrase phrase={text()} address={props.identity.address} done={() => setPhrase("")} />}
    </Show>
  );
}

function Accounts(props: { title: string; accounts: Played[]; choose: (account: Played) => Promise<void> }) {
  const isNow = (account: Played) => {
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
