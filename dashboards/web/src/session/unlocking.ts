/** A key that is kept under a passphrase is asked for when it is needed, whoever needs it. */
import { createRoot, createSignal } from "solid-js";

/** What the dialog asks for: the passphrase of this account; `say` gets it, or null if its owner would rather not. */
export type Unlocking = { name: string; address: string; error: string; say: (passphrase: string | null) => void };

const [unlocking, setUnlocking] = createRoot(() => createSignal<Unlocking | null>(null));
export { unlocking };

/** Asks for a passphrase; null if its owner would rather not. `error` says why it is asked again. */
export function askPassphrase(name: string, address: string, error: string): Promise<string | null> {
  return new Promise((resolve) => {
    const say = (passphrase: string | null) => {
      setUnlocking(null);
      resolve(passphrase);
    };
    setUnlocking({ name, address, error, say });
  });
}
