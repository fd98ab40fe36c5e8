/** Linking a gateway: the line that it printed is pasted, checked, said in words, and signed. */
import { Show, createSignal } from "solid-js";
import type { Chain } from "../../api/types";
import { parseLinkCode } from "../../chain/link-code";
import { ask } from "../../chain/signing";
import type { Own } from "../../components/own-site";
import { Panel } from "../../components/panel";
import { siteName } from "../../state/names";
import { nowUnixS } from "../../state/stream";
import { short } from "../../units/format";
import { accountHex } from "../../units/ss58";
import { dayAndClock } from "../../units/time";

/** Longer than any code; nobody pastes more by intention. */
const LONGEST = 2_000;

export function LinkPanel(props: { own: Own; chain: Chain }) {
  const [text, setText] = createSignal("");
  const parsed = () =>
    parseLinkCode(text(), {
      owner: props.own.account.address,
      sites: props.own.account.sites.map((site) => site.id),
      nowUnixS: nowUnixS(),
    });
  const good = () => {
    const result = parsed();
    return result.ok ? result.link : null;
  };
  const error = () => {
    const result = parsed();
    return text() === "" || result.ok ? "" : result.error;
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const link = good();
    if (!link) return;
    const name = siteName(props.own.account.sites.find((site) => site.id === link.site) ?? { id: link.site, name: null });
    ask({ kind: "link_gateway", ...link }, { energySeconds: props.chain.slot_energy_seconds, siteName: name, zoneName: "" });
  };
  return (
    <Panel title="Link a gateway">
      <p class="soft">
        Get the code on your gateway's own page, for your account and site {props.own.site.id}: it opens <a href="/link">here</a>. Or print one
        on the gateway, and paste the line.
      </p>
      <pre class="command" tabindex="0" aria-label="Command">
        deren-gateway link --config FILE --site {props.own.site.id} --owner {accountHex(props.own.account.address)} --expires UNIX
      </pre>
      <form class="stack tight" onSubmit={send} noValidate>
        <label class="field">
          <span>Link code</span>
          <textarea
            class="input"
            spellcheck={false}
            maxLength={LONGEST}
            placeholder='{"gateway":"0x…","owner":"0x…","site":0,"expires_unix_s":…,"code":"0x…"}'
            aria-invalid={error() !== ""}
            aria-describedby="link-meaning"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <p id="link-meaning" class="small" aria-live="polite">
          <Show when={error()}>
            <span class="problem">{error()}</span>
          </Show>
          <Show when={good()}>
            {(link) => (
              <>
                Gateway {short(link().gateway)} for site {link().site}; the code holds until {dayAndClock(link().expires_unix_s)}.
              </>
            )}
          </Show>
        </p>
        <div class="row">
          <button class="button primary" type="submit" disabled={!good()}>
            Review link
          </button>
        </div>
      </form>
    </Panel>
  );
}
