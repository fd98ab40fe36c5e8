/** Wallet extensions of the browser, through PAPI. Loaded when somebody asks for one. */
import { connectInjectedExtension, getInjectedExtensions } from "polkadot-api/pjs-signer";
import { askWallet } from "./ask-wallet";
import type { Identity, Key } from "./key";

const NAME_TO_WALLETS = "DeREN";

/** Has the extension ask its owner whether this page may see accounts. */
const connect = (extension: string) =>
  askWallet("The wallet did not let this page in.", () => connectInjectedExtension(extension, NAME_TO_WALLETS));

/** The names of the extensions that are installed. */
export function installed(): string[] {
  return getInjectedExtensions();
}

/** The accounts of an extension, after it asked its owner. */
export async function accountsOf(extension: string): Promise<Identity[]> {
  const wallet = await connect(extension);
  return wallet
    .getAccounts()
    .filter((account) => account.type !== "ecdsa")
    .map(({ address, name }) => ({ kind: "wallet", name: name ?? "Wallet", extension, address }));
}

/** The key behind an account of an extension. */
export async function walletKey(extension: string, address: string): Promise<Key> {
  const wallet = await connect(extension);
  const account = wallet.getAccounts().find((candidate) => candidate.address === address);
  if (!account) throw new Error(`The wallet ${extension} does not show this account any more.`);
  return { kind: "wallet", address, signer: account.polkadotSigner };
}
