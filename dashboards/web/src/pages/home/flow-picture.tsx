/**
 * The picture of what flows now: panels, home, street and battery. The numbers are its text too, so that nobody needs
 * to see it. What moves are small boxes that the browser shifts without drawing anything anew, and only while they are
 * seen.
 */
import { Show, createSignal, onCleanup, onMount } from "solid-js";
import type { ReadingPoint } from "../../api/types";
import { kw } from "../../units/format";
import { flowOf, thickness } from "./flow";

type FlowPictureProps = { point: ReadingPoint; energySeconds: number; hasPanels: boolean; hasBattery: boolean };
type Colour = "sun" | "green" | "blue" | "violet";

export function FlowPicture(props: FlowPictureProps) {
  let box!: HTMLDivElement;
  const [isSeen, setSeen] = createSignal(false);
  onMount(() => {
    const watcher = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)));
    watcher.observe(box);
    onCleanup(() => watcher.disconnect());
  });
  const flow = () => flowOf(props.point);
  const power = (wh: number) => kw(Math.abs(wh), props.energySeconds);
  const largest = () => Math.max(flow().producedWh, flow().usedWh, Math.abs(flow().netExportWh), Math.abs(flow().batteryWh), 1);
  const streetWords = () => {
    if (flow().netExportWh > 0) return `gives the street ${power(flow().netExportWh)}`;
    return flow().netExportWh < 0 ? `takes ${power(flow().netExportWh)} from the street` : "neither gives nor takes";
  };
  const batteryWords = () => {
    if (!props.hasBattery) return "";
    if (flow().batteryWh === 0) return " The battery rests.";
    return ` The battery ${flow().batteryWh > 0 ? "gives" : "takes"} ${power(flow().batteryWh)}.`;
  };
  const spoken = () =>
    `${props.hasPanels ? `The panels produce ${power(flow().producedWh)}; the` : "The"} home uses ${power(flow().usedWh)} and ${streetWords()}.${batteryWords()}`;
  const viewBox = () => `${props.hasPanels ? "0 0 520" : "170 0 350"} ${props.hasBattery ? 286 : 190}`;
  return (
    <div class="flow" ref={box} data-narrow={props.hasPanels ? undefined : ""} data-battery={props.hasBattery ? "" : undefined} data-seen={isSeen() ? "" : undefined}>
      <svg viewBox={viewBox()} role="img" aria-label={spoken()}>
        <Show when={props.hasPanels}>
          <Wire d="M128 72H204" wh={flow().producedWh} largestWh={largest()} colour="sun" />
          <Sun isShining={flow().producedWh > 0} />
          <Label x={80} name="Panels" value={power(flow().producedWh)} />
        </Show>
        <Wire d="M316 72H392" wh={Math.abs(flow().netExportWh)} largestWh={largest()} colour={flow().netExportWh < 0 ? "blue" : "green"} />
        <House />
        <Label x={260} name="Home uses" value={power(flow().usedWh)} />
        <Street />
        <Label x={440} name={flow().netExportWh < 0 ? "From the street" : "To the street"} value={power(flow().netExportWh)} />
        <Show when={props.hasBattery}>
          <Wire d="M260 184V206" wh={Math.abs(flow().batteryWh)} largestWh={largest()} colour="violet" />
          <Battery wh={flow().batteryWh} power={power(flow().batteryWh)} />
        </Show>
      </svg>
      <Show when={props.hasPanels && flow().producedWh > 0}>
        <Sparks along="panels" colour="sun" isBack={false} />
      </Show>
      <Show when={flow().netExportWh !== 0}>
        <Sparks along="street" colour={flow().netExportWh < 0 ? "blue" : "green"} isBack={flow().netExportWh < 0} />
      </Show>
      <Show when={props.hasBattery && flow().batteryWh !== 0}>
        <Sparks along="battery" colour="violet" isBack={flow().batteryWh > 0} />
      </Show>
    </div>
  );
}

/** Dots that run along a wire; `isBack`: towards the home. */
function Sparks(props: { along: "panels" | "street" | "battery"; colour: Colour; isBack: boolean }) {
  return (
    <span class="sparks" data-along={props.along} data-colour={props.colour} data-back={props.isBack ? "" : undefined} aria-hidden="true">
      <i />
    </span>
  );
}

function Label(props: { x: number; name: string; value: string }) {
  return (
    <>
      <text class="flow-name" x={props.x} y="150" text-anchor="middle">
        {props.name}
      </text>
      <text class="flow-value" x={props.x} y="176" text-anchor="middle">
        {props.value}
      </text>
    </>
  );
}

function Wire(props: { d: string; wh: number; largestWh: number; colour: Colour }) {
  return (
    <path class="wire" data-colour={props.colour} data-flows={props.wh > 0 ? "" : undefined} d={props.d} stroke-width={thickness(props.wh, props.largestWh)} />
  );
}

function Sun(props: { isShining: boolean }) {
  return (
    <g class="flow-sun" data-shines={props.isShining ? "" : undefined}>
      <circle class="disc" cx="80" cy="72" r="46" />
      <circle class="core" cx="80" cy="72" r="17" />
      <path class="rays" d="M80 44v-8M80 108v-8M52 72h-8M116 72h-8M60 52l-5.500-5.500M105.500 97.500 100 92M60 92l-5.500 5.500M105.500 46.500 100 52" />
    </g>
  );
}

function House() {
  return (
    <g class="flow-house">
      <circle class="disc" cx="260" cy="72" r="54" />
      <path class="stroke" d="M232 74 260 49l28 25M240 70v29h40V70" />
      <path class="stroke" d="M254 99V84h12v15" />
    </g>
  );
}

function Street() {
  return (
    <g class="flow-street">
      <circle class="disc" cx="440" cy="72" r="46" />
      <path class="stroke" d="M440 44v58M424 56h32M420 70h40M424 56l-7 46M456 56l7 46" />
    </g>
  );
}

/** Beside it stands what it does: it has no level that the chain knows. */
function Battery(props: { wh: number; power: string }) {
  const name = () => (props.wh > 0 ? "From the battery" : props.wh < 0 ? "Into the battery" : "Battery");
  return (
    <>
      <g class="flow-battery">
        <circle class="disc" cx="260" cy="244" r="36" />
        <path class="stroke" d="M247 232h26v28h-26zM255 232v-5h10v5M253 252h14M253 244h14" />
      </g>
      <text class="flow-name" x="308" y="240">
        {name()}
      </text>
      <text class="flow-value" x="308" y="266">
        {props.power}
      </text>
    </>
  );
}
