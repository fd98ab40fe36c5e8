/**
 * Signs a call and follows it to its finalised block, through PAPI. This module and all that it imports are a chunk of
 * their own, loaded when somebody signs for the first time. The chain takes fees in EUR, or else in REN: a call names
 * neither.
 */
import { InvalidTxError, type PolkadotClient, type TxEvent, createClient } from "polkadot-api";
import { type PolkadotSigner, getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import { words } from "../api/problem";
import { askWallet } from "../session/ask-wallet";
import type { Key } from "../session/key";
import type { Call } from "./calls";
import { invalidWords, refusalWords } from "./errors";
import type { Report } from "./progress";
import { transactionOf } from "./transaction";

/** A node that has not answered by then is not there. */
const ANSWER_MS = 20_000;

/** Where to send. */
export type Destination = { url: string };

type Watched = {
  subscribe: (observer: {
    next: (event: TxEvent) => void;
    error: (error: unknown) => void;
    complete: () => void;
  }) => { unsubscribe: () => void };
};
type Signable = { signSubmitAndWatch: (from: ReturnType<typeof signerOf>) => Watched };
/** Who owns a site is a list of slots and owners, the newest last. */
type Sites = { Registry: { Sites: { getEntries: () => Promise<{ keyArgs: [number]; value: { owner: [number, string][]; closed?: number } }[]> } } };
type Calls = Record<string, Record<string, (args: Record<string, unknown>) => Signable>>;

let open: { url: string; client: PolkadotClient } | undefined;

function clientOf(destination: Destination): PolkadotClient {
  if (open?.url === destination.url) return open.client;
  open?.client.destroy();
  const { url } = destination;
  const client = createClient(getWsProvider(url));
  open = { url, client };
  return client;
}

/** Ends the connection; a page keeps it for its next call. */
export function disconnect(): void {
  open?.client.destroy();
  open = undefined;
}

function signerOf(key: Key): PolkadotSigner {
  if (key.kind === "page") return getPolkadotSigner(key.publicKey, "Sr25519", key.sign);
  const { signer } = key;
  const signTx: PolkadotSigner["signTx"] = (...all) => askWallet("You did not sign.", () => signer.signTx(...all));
  return { ...signer, signTx };
}

async function mustAnswer(client: PolkadotClient, url: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The chain's node at ${url} does not answer.`)), ANSWER_MS);
  });
  try {
    await Promise.race([client.getFinalizedBlock(), late]);
  } catch (error) {
    disconnect();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function reportOf(event: TxEvent): Report[] {
  switch (event.type) {
    case "signed":
      return [{ type: "signed" }];
    case "broadcasted":
      return [{ type: "sent" }];
    case "txBestBlocksState":
      return event.found ? [{ type: "in_block", block: event.block.number }, ...refusal(event)] : [{ type: "out_of_block" }];
    case "finalized":
      return [{ type: "finalised", block: event.block.number }, ...refusal(event)];
  }
}

function refusal(event: { ok: boolean; dispatchError?: unknown }): Report[] {
  return event.ok ? [] : [{ type: "refused", words: refusalWords(event.dispatchError) }];
}

/**
 * Signs and sends a call; resolves once it is finalised or refused. It reports a refusal and never throws for one; a
 * page that waits no longer may just stop listening.
 */
export async function submit(
  call: Call,
  key: Key,
  destination: Destination,
  report: (report: Report) => void,
): Promise<void> {
  try {
    const client = clientOf(destination);
    await mustAnswer(client, destination.url);
    const { pallet, call: name, args } = transactionOf(call);
    const make = (client.getUnsafeApi().tx as unknown as Calls)[pallet]?.[name];
    if (!make) throw new Error(`This chain knows no call ${pallet}.${name}.`);
    await watch(make(args).signSubmitAndWatch(signerOf(key)), report);
  } catch (error) {
    report({ type: "refused", words: failureWords(error) });
  }
}

/** The site of an account, as the chain's newest finalised block has it; null if it has none. */
export async function siteOf(account: string, destination: Destination): Promise<number | null> {
  const client = clientOf(destination);
  await mustAnswer(client, destination.url);
  const sites = await (client.getUnsafeApi().query as unknown as Sites).Registry.Sites.getEntries();
  const own = sites.find(({ value }) => value.closed === undefined && value.owner.at(-1)?.[1] === account);
  return own?.keyArgs[0] ?? null;
}

function watch(watched: Watched, report: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    watched.subscribe({
      next: (event) => reportOf(event).forEach(report),
      error: reject,
      complete: resolve,
    });
  });
}

function failureWords(error: unknown): string {
  if (error instanceof InvalidTxError) return invalidWords(error.error);
  return words(error);
}
