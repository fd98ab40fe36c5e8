/** Meters, inverters and gateways, and when each was last heard. */
import { For, Show } from "solid-js";
import type { Chain, Device, Gateway, Site } from "../../api/types";
import { Badge } from "../../components/badge";
import { Empty, Panel } from "../../components/panel";
import { heardUnixS } from "../../state/network";
import type { Named } from "../../state/words";
import { ratedKw, short } from "../../units/format";
import { ago } from "../../units/time";
import { isSilent, nameOf } from "./silence";

function freshness(atUnixS: number | null, slotSeconds: number, nowS: number): Named {
  if (atUnixS === null) return { words: "Never heard", tone: "wait" };
  return isSilent(atUnixS, slotSeconds, nowS) ? { words: "Silent", tone: "bad" } : { words: "Reading", tone: "good" };
}

export function DevicesPanel(props: { site: Site; chain: Chain }) {
  const serving = () => props.site.devices.filter((device) => device.until_slot === null);
  return (
    <Panel title="Devices and gateways">
      <ul class="things">
        <For
          each={serving()}
          fallback={
            <Empty>
              <p>No device is registered yet: link a gateway first.</p>
            </Empty>
          }
        >
          {(device) => <DeviceLine device={device} slotSeconds={props.chain.slot_seconds} />}
        </For>
        <For each={props.site.gateways}>{(gateway) => <GatewayLine gateway={gateway} slotSeconds={props.chain.slot_seconds} />}</For>
      </ul>
    </Panel>
  );
}

function Age(props: { atUnixS: number | null }) {
  return <Show when={props.atUnixS !== null}>Last reading {ago(props.atUnixS ?? 0, heardUnixS())}</Show>;
}

function DeviceLine(props: { device: Device; slotSeconds: number }) {
  return (
    <li>
      <div>
        <strong>{nameOf(props.device.role)}</strong>
        <p class="small soft">
          {ratedKw(props.device.rated_power_w)} · <span class="mono">{short(props.device.device)}</span>
        </p>
      </div>
      <div class="end">
        <Badge named={freshness(props.device.last_at_unix_s, props.slotSeconds, heardUnixS())} />
        <p class="small soft">
          <Age atUnixS={props.device.last_at_unix_s} />
        </p>
      </div>
    </li>
  );
}

function GatewayLine(props: { gateway: Gateway; slotSeconds: number }) {
  const state = (): Named =>
    props.gateway.active
      ? freshness(props.gateway.last_reading_at_unix_s, props.slotSeconds, heardUnixS())
      : { words: "Stopped", tone: "bad" };
  return (
    <li>
      <div>
        <strong>Gateway</strong>
        <p class="small soft">
          Key {props.gateway.key_epoch + 1} · <span class="mono">{short(props.gateway.gateway)}</span>
        </p>
      </div>
      <div class="end">
        <Badge named={state()} />
        <p class="small soft">
          <Age atUnixS={props.gateway.last_reading_at_unix_s} />
        </p>
      </div>
    </li>
  );
}
