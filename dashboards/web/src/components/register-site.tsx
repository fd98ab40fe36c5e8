/** For an owner without a site: what must happen first, and registering the connection point that was approved. */
import { Show, createSignal } from "solid-js";
import type { Account, Status } from "../api/types";
import { ask } from "../chain/signing";
import { DevelopmentStart } from "./development-start";
import { Panel } from "./panel";

/** The commitment as the operator gives it: 32 bytes. */
const COMMITMENT = /^\s*(0x[0-9a-fA-F]{64})\s*$/;

export type RegisterSiteProps = { account: Account; status: Status };

export default function RegisterSite(props: RegisterSiteProps) {
  const [text, setText] = createSignal("");
  const commitment = () => COMMITMENT.exec(text())?.[1]?.toLowerCase();
  const error = () => (text() === "" || commitment() ? "" : "It is 0x and 64 digits from 0 to f. Copy it again.");
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const approved = commitment();
    if (approved) ask({ kind: "register_site", commitment: approved }, { energySeconds: 0, siteName: "", zoneName: "" });
  };
  return (
    <Panel title="Register your site">
      <p>
        <strong>No site is registered for this account.</strong> Your grid operator must approve your connection point first: give
        them this address. They give you a code for your connection point; paste it here.
      </p>
      <p class="mono">{props.account.address}</p>
      <Show when={props.status.chain.development}>
        <DevelopmentStart account={props.account} status={props.status} />
      </Show>
      <form class="stack tight" onSubmit={send} noValidate>
        <label class="field">
          <span>Connection point</span>
          <input
            class="input mono"
            spellcheck={false}
            autocomplete="off"
            maxLength={80}
            placeholder="0x…"
            aria-invalid={error() !== ""}
            aria-describedby="point-meaning"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <p id="point-meaning" class="small problem" aria-live="polite">
          {error()}
        </p>
        <div class="row">
          <button class="button primary" type="submit" disabled={!commitment()}>
            Review site
          </button>
        </div>
      </form>
    </Panel>
  );
}
