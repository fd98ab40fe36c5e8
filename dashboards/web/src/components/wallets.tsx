/** Wallets that put themselves into the browser: those that are there, those that one could have, and looking again. */
import { For, Show, createSignal } from "solid-js";
import { words } from "../api/problem";
import { part } from "../load";
import type { Identity } from "../session/key";
import { short } from "../units/format";
import { Wrong } from "./panel";

/** Wallets that sign for chains of this kind, each with where it is and where it is to be had. */
const KNOWN = [
  { name: "Talisman", id: "talisman", where: "browser", url: "https://talisman.xyz" },
  { name: "SubWallet", id: "subwallet-js", where: "browser and phone", url: "https://www.subwallet.app" },
  { name: "Nova Wallet", id: "nova", where: "phone: open these pages in its browser", url: "https://novawallet.io" },
  { name: "Polkadot{.js}", id: "polkadot-js", where: "browser", url: "https://polkadot.js.org/extension/" },
] as const;

const load = () => part(() => import("../session/wallets"));
const nameOf = (id: string) => KNOWN.find((known) => known.id === id)?.name ?? id;

export function Wallets(props: { choose: (identity: Identity) => Promise<void> }) {
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
  const look = () => attempt(async () => void setExtensions((await load()).installed()));
  const open = (name: string) =>
    attempt(async () => {
      setAccounts(await (await load()).accountsOf(name));
      if (accounts().length === 0) setError(`${nameOf(name)} shows no account: make one there, or let this page see it.`);
    });
  return (
    <section class="stack tight" aria-label="A wallet">
      <h3>A wallet</h3>
      <div class="row">
        <For each={extensions() ?? []}>
          {(name) => (
            <button class="button small" type="button" onClick={() => void open(name)}>
              {nameOf(name)}
            </button>
          )}
        </For>
        <button class="button" classList={{ small: extensions() !== undefined }} type="button" onClick={() => void look()}>
          {extensions() === undefined ? "Use a wallet" : "Look again"}
        </button>
      </div>
      <Show when={extensions()?.length === 0}>
        <div class="notice">
          <p>No wallet is in this browser. These sign for this chain:</p>
          <ul class="stack tight">
            <For each={KNOWN}>
              {(wallet) => (
                <li>
                  <a href={wallet.url} target="_blank" rel="noopener noreferrer">
                    {wallet.name}
                  </a>{" "}
                  <span class="small">({wallet.where})</span>
                </li>
              )}
            </For>
          </ul>
        </div>
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
      <Wrong text={error()} />
    </section>
  );
}
