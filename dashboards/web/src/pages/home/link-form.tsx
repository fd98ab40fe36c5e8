/** The field for a gateway's code, of whichever kind; what it says is read on the page that registers it. */
import { createSignal } from "solid-js";
import { LONGEST, hashOf, readCode } from "../../link/code";
import { navigate } from "../../router";
import { accountHex } from "../../units/ss58";

export type LinkFormProps = { site: number; owner: string };

export default function LinkForm(props: LinkFormProps) {
  const [text, setText] = createSignal("");
  const read = () => readCode(text());
  const error = () => {
    const result = read();
    return text().trim() === "" || result.ok ? "" : result.error;
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (read().ok) navigate("/link", hashOf(text()));
  };
  return (
    <form class="stack" onSubmit={send} noValidate>
      <p class="soft">
        Open your gateway's own page, and get the code for your account and site {props.site}. Its link and its QR code bring you
        further by themselves; or paste the code here.
      </p>
      <label class="field">
        <span>Link code</span>
        <textarea
          class="input"
          spellcheck={false}
          maxLength={LONGEST}
          aria-invalid={error() !== ""}
          aria-describedby="link-meaning"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p id="link-meaning" class="small problem" aria-live="polite">
        {error()}
      </p>
      <div class="row">
        <button class="button primary" type="submit" disabled={!read().ok}>
          Review link
        </button>
      </div>
      <details>
        <summary>Without its page: a command</summary>
        <p class="small soft">Run this on the gateway, and paste the line that it prints.</p>
        <pre class="command" tabindex="0" aria-label="Command">
          deren-gateway link --config FILE --site {props.site} --owner {accountHex(props.owner)} --expires UNIX
        </pre>
      </details>
    </form>
  );
}
