/** Twelve words that bring a key back, shown while their owner writes them down. */
import { For, createSignal } from "solid-js";

export function RecoveryPhrase(props: { phrase: string; address: string; done: () => void }) {
  const [isWritten, setWritten] = createSignal(false);
  const save = () => {
    const text = `Recovery phrase of the account ${props.address} on DeREN.\nWhoever has it has the account. Keep it off line.\n\n${props.phrase}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "deren-recovery-phrase.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div class="stack">
      <h3>Your recovery phrase</h3>
      <p class="soft">
        Write these twelve words down, in this order. They bring the account back if this device or its passkey is lost, here and in any
        wallet of Polkadot's kind. Whoever has them has the account.
      </p>
      <ol class="phrase" aria-label="Recovery phrase">
        <For each={props.phrase.split(" ")}>{(word) => <li>{word}</li>}</For>
      </ol>
      <div class="row">
        <button class="button small" type="button" onClick={save}>
          Save as a file
        </button>
      </div>
      <label class="row choice">
        <input type="checkbox" onChange={(event) => setWritten(event.currentTarget.checked)} />
        I have written them down
      </label>
      <div class="row">
        <button class="button primary" type="button" disabled={!isWritten()} onClick={() => props.done()}>
          Go on
        </button>
      </div>
    </div>
  );
}
