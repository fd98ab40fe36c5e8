/** A key of one's own without any extension: by a passkey, by a passphrase, or from a recovery phrase. */
import { For, type JSX, Match, Show, Switch, createSignal, createUniqueId } from "solid-js";
import { words } from "../api/problem";
import { part } from "../load";
import type { Identity } from "../session/key";
import { whyNoPasskeys } from "../session/passkey";
import type { Own } from "../session/own-key";
import { keptHere } from "../session/sealed";
import { takeUp } from "../session/session";
import { short } from "../units/format";
import { Wrong } from "./panel";
import { RecoveryPhrase } from "./recovery-phrase";

type OwnKeysProps = { ss58Prefix: number; choose: (identity: Identity) => Promise<void> };
type Way = "none" | "passphrase" | "phrase";
const NAME = "My account";

const load = () => part(() => import("../session/own-key"));

export function OwnKeys(props: OwnKeysProps) {
  const [way, setWay] = createSignal<Way>("none");
  const [isBusy, setBusy] = createSignal(false);
  const [error, setError] = createSignal("");
  const [made, setMade] = createSignal<Own>();
  const attempt = async (run: () => Promise<void>) => {
    setError("");
    setBusy(true);
    try {
      await run();
    } catch (failure) {
      setError(words(failure));
    } finally {
      setBusy(false);
    }
  };
  const enter = async (own: Own) => {
    takeUp(own.identity, own.key);
    await props.choose(own.identity);
  };
  const create = () => attempt(async () => void setMade(await (await load()).makeWithPasskey(NAME, props.ss58Prefix)));
  const find = () => attempt(async () => enter(await (await load()).findPasskey(NAME, props.ss58Prefix)));
  const protect = (passphrase: string) =>
    attempt(async () => void setMade(await (await load()).makeWithPassphrase(NAME, passphrase, props.ss58Prefix)));
  const restore = (passphrase: string, phrase: string) =>
    attempt(async () => enter(await (await load()).restoreFromPhrase(NAME, phrase, passphrase, props.ss58Prefix)));
  return (
    <section class="stack tight" aria-label="A key of your own">
      <h3>A key of your own</h3>
      <Switch>
        <Match when={made()}>
          {(own) => (
            <RecoveryPhrase
              phrase={own().phrase}
              address={own().identity.address}
              done={() => {
                const ready = own();
                setMade(undefined);
                void enter(ready);
              }}
            />
          )}
        </Match>
        <Match when={way() === "none"}>
          <Ways
            isBusy={isBusy()}
            unlock={(address) => void props.choose({ kind: "passphrase", name: NAME, address })}
            create={() => void create()}
            find={() => void find()}
            go={setWay}
          />
        </Match>
        <Match when={way() === "passphrase"}>
          <PassphraseForm button="Make the key" isBusy={isBusy()} send={(passphrase) => void protect(passphrase)} leave={() => setWay("none")}>
            <p class="small soft">The key is kept in this browser, locked with your passphrase. Nobody can reset it: only the recovery phrase brings it back.</p>
          </PassphraseForm>
        </Match>
        <Match when={way() === "phrase"}>
          <FromPhrase isBusy={isBusy()} send={(passphrase, phrase) => void restore(passphrase, phrase)} leave={() => setWay("none")} />
        </Match>
      </Switch>
      <Show when={isBusy()}>
        <p class="small soft" role="status">
          One moment…
        </p>
      </Show>
      <Wrong text={error()} />
    </section>
  );
}

type WaysProps = { isBusy: boolean; unlock: (address: string) => void; create: () => void; find: () => void; go: (way: Way) => void };

/** The first choice: a passkey, a key that is kept here, or another way. */
function Ways(props: WaysProps) {
  const noPasskeys = whyNoPasskeys();
  return (
    <>
      <p class="small soft">Unlocked by your finger, face or PIN, without an extension and on a phone too. It never leaves this page.</p>
      <Show when={noPasskeys}>
        <p class="notice" data-tone="wait">
          {noPasskeys}
        </p>
      </Show>
      <For each={keptHere()}>
        {(address) => (
          <div>
            <button class="button" type="button" disabled={props.isBusy} onClick={() => props.unlock(address)}>
              Unlock <span class="mono">{short(address)}</span>
            </button>
          </div>
        )}
      </For>
      <div class="row">
        <button class="button primary" type="button" disabled={props.isBusy || noPasskeys !== null} onClick={() => props.create()}>
          Create a passkey
        </button>
        <button class="button" type="button" disabled={props.isBusy || noPasskeys !== null} onClick={() => props.find()}>
          Use my passkey
        </button>
      </div>
      <div class="row">
        <button class="button quiet small" type="button" disabled={!isSecureContext} onClick={() => props.go("passphrase")}>
          With a passphrase instead
        </button>
        <button class="button quiet small" type="button" disabled={!isSecureContext} onClick={() => props.go("phrase")}>
          I have a recovery phrase
        </button>
      </div>
    </>
  );
}

function FromPhrase(props: { isBusy: boolean; send: (passphrase: string, phrase: string) => void; leave: () => void }) {
  const id = createUniqueId();
  const [phrase, setPhrase] = createSignal("");
  return (
    <PassphraseForm button="Bring it back" isBusy={props.isBusy} send={(passphrase) => props.send(passphrase, phrase())} leave={props.leave}>
      <div class="field">
        <label for={id}>Recovery phrase</label>
        <textarea id={id} class="input" spellcheck={false} autocomplete="off" maxLength={400} onInput={(event) => setPhrase(event.currentTarget.value)} />
      </div>
      <p class="small soft">The key is then kept in this browser, locked with a passphrase.</p>
    </PassphraseForm>
  );
}

type PassphraseFormProps = { button: string; isBusy: boolean; send: (passphrase: string) => void; leave: () => void; children: JSX.Element };

/** It must be typed twice: nobody can say it again later. */
function PassphraseForm(props: PassphraseFormProps) {
  const [first, second] = [createUniqueId(), createUniqueId()];
  const [text, setText] = createSignal("");
  const [again, setAgain] = createSignal("");
  const [error, setError] = createSignal("");
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const { LEAST_PASSPHRASE } = await load();
    const wrong =
      text().length < LEAST_PASSPHRASE
        ? `A passphrase has at least ${LEAST_PASSPHRASE} characters: take a few words.`
        : text() === again()
          ? ""
          : "The two are not the same.";
    setError(wrong);
    if (wrong === "") props.send(text());
  };
  return (
    <form class="stack tight" noValidate onSubmit={(event) => void send(event)}>
      {props.children}
      <div class="field">
        <label for={first}>Passphrase</label>
        <input id={first} class="input" type="password" autocomplete="new-password" maxLength={200} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      <div class="field">
        <label for={second}>The same again</label>
        <input id={second} class="input" type="password" autocomplete="new-password" maxLength={200} onInput={(event) => setAgain(event.currentTarget.value)} />
      </div>
      <Wrong text={error()} />
      <div class="row">
        <button class="button primary" type="submit" disabled={props.isBusy}>
          {props.button}
        </button>
        <button class="button" type="button" onClick={() => props.leave()}>
          Back
        </button>
      </div>
    </form>
  );
}
