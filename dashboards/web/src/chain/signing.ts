/** The one call that is being signed in this page, from its words to its finalised block. Any page may ask for one. */
import { createRoot, createSignal } from "solid-js";
import { words } from "../api/problem";
import type { Chain } from "../api/types";
import { part } from "../load";
import type { Key } from "../session/key";
import { keyOf, session } from "../session/session";
import type { Call, Context } from "./calls";
import { type Progress, advance, begun } from "./progress";

/** A call before the visitor's eyes; `progress` is null until it is confirmed. */
export type Asked = { call: Call; context: Context; progress: Progress | null };

const [asked, setAsked] = createRoot(() => createSignal<Asked | null>(null));
const [signed, setSigned] = createRoot(() => createSignal(0));

export { asked, signed };

/** Shows a call in words and waits for the visitor. */
export function ask(call: Call, context: Context): void {
  setAsked({ call, context, progress: null });
}

/** Puts the call away; what was sent goes its way. */
export function close(): void {
  setAsked(null);
}

/** How long an indexer may need after the block, in ms: then what the call changed is fetched once more. */
const INDEXED_AFTER_MS = 2_500;

/** Signs the call that is shown and follows it. */
export async function confirm(chain: Chain): Promise<void> {
  const mine = asked();
  const now = session();
  if (!mine || now.phase !== "in") return;
  let progress = begun;
  const show = () => {
    // Another call may be shown by now.
    if (asked()?.call === mine.call) setAsked({ ...mine, progress });
  };
  show();
  try {
    const key = await keyOf(now.identity);
    const { submit } = await part(() => import("./submit"));
    await submit(mine.call, key, destinationOf(chain), (report) => {
      progress = advance(progress, report);
      show();
      if (report.type !== "in_block" && report.type !== "finalised") return;
      setSigned((count) => count + 1);
      setTimeout(() => setSigned((count) => count + 1), INDEXED_AFTER_MS);
    });
  } catch (error) {
    progress = advance(progress, { type: "refused", words: words(error) });
    show();
  }
}

/** Signs one call that the visitor asked for by name, and resolves once it is final; throws the refusal in words. */
export async function signedOne(call: Call, key: Key, chain: Chain): Promise<void> {
  const { submit } = await part(() => import("./submit"));
  let progress = begun;
  await submit(call, key, destinationOf(chain), (report) => (progress = advance(progress, report)));
  if (progress.refused !== null) throw new Error(progress.refused);
  setSigned((count) => count + 1);
  setTimeout(() => setSigned((count) => count + 1), INDEXED_AFTER_MS);
}

/** The site of an account on the chain, if it has one; throws in words if the node does not answer. */
export async function siteOnChain(account: string, chain: Chain): Promise<number | null> {
  const { siteOf } = await part(() => import("./submit"));
  return siteOf(account, destinationOf(chain));
}

const destinationOf = (chain: Chain) => ({ url: chain.public_node_url });
