/** Linking a gateway: its code, of whichever kind, is pasted here and read on the page that registers it. */
import { Show, createSignal } from "solid-js";
import type { Own } from "../../components/own-site";
import { Panel } from "../../components/panel";
import { LONGEST, hashOf, readCode } from "../../link/code";
import { navigate } from "../../router";
import { accountHex } from "../../units/ss58";

export function LinkPanel(props: { own: Own }) {
  const hasGateway = () => props.own.site.gateways.some((gateway) => gateway.last_reading_at_unix_s !== null);
  return (
    <Panel title="Link a gateway">
      <Show when={hasGateway()} fallback={<Form own={props.own} />}>
        <p class="soft">A gateway reports for site {props.own.site.id}.</p>
        <details>
          <summary>Add another gateway</summary>
          <Form own={props.own} />
        </details>
      </Show>
    </Panel>
  );
}

function Form(props: { own: Own }) {
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
        Open your gateway's own page, and get the code for your account and site {props.own.site.id}. Its link and its QR code bring you
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
          deren-gateway link --config FILE --site {props.own.site.id} --owner {accountHex(props.own.account.address)} --expires UNIX
        </pre>
      </details>
    </form>
  );
}
