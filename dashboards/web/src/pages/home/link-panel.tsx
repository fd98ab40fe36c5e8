/** Linking a gateway: what a home needs once, and folds away as soon as a gateway reports. */
import { Show, createSignal } from "solid-js";
import { lazyPart } from "../../components/lazy-part";
import type { Own } from "../../components/own-site";
import { Panel } from "../../components/panel";
import type { LinkFormProps } from "./link-form";

const LinkForm = lazyPart<LinkFormProps>(() => import("./link-form"));

export function LinkPanel(props: { own: Own }) {
  const [isAdding, setAdding] = createSignal(false);
  const form = () => <LinkForm site={props.own.site.id} owner={props.own.account.address} />;
  const hasGateway = () => props.own.site.gateways.some((gateway) => gateway.last_reading_at_unix_s !== null);
  return (
    <Panel title="Link a gateway">
      <Show when={hasGateway()} fallback={form()}>
        <p class="soft">A gateway reports for site {props.own.site.id}.</p>
        <details onToggle={(event) => setAdding(event.currentTarget.open)}>
          <summary>Add another gateway</summary>
          <Show when={isAdding()}>{form()}</Show>
        </details>
      </Show>
    </Panel>
  );
}
