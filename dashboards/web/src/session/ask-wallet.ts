/** Asking a wallet. Where it failed tells that it did not do it: wallets have no codes, and words of their own. */
import { words } from "../api/problem";

/** What polkadot-js-extension, and those that follow it, say of a no: it tells nothing more. */
const BARE_NO = "Cancelled";

/** Asks a wallet for something; if it does not do it, throws what that means, and what the wallet said of it. */
export async function askWallet<T>(otherwise: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const said = words(cause);
    throw new Error(said === BARE_NO ? otherwise : `${otherwise} The wallet says: ${said}`, { cause });
  }
}
