/** The picture of what flows now: panels, home, street. The numbers are its text too, so that nobody needs to see it. */
import { Show } from "solid-js";
import type { ReadingPoint } from "../../api/types";
import { kw } from "../../units/format";
import { flowOf, thickness } from "./flow";

type FlowPictureProps = { point: ReadingPoint; energySeconds: number; hasPanels: boolean };

export function FlowPicture(props: FlowPictureProps) {
  const flow = () => flowOf(props.point);
  const power = (wh: number) => kw(Math.abs(wh), props.energySeconds);
  const largest = () => Math.max(flow().producedWh, flow().usedWh, Math.abs(flow().netExportWh), 1);
  const streetWords = () => {
    if (flow().netExportWh > 0) return `gives the street ${power(flow().netExportWh)}`;
    return flow().netExportWh < 0 ? `takes ${power(flow().netExportWh)} from the street` : "neither gives nor takes";
  };
  const spoken = () =>
    `${props.hasPanels ? `The panels produce ${power(flow().producedWh)}; the` : "The"} home uses ${power(flow().usedWh)} and ${streetWords()}.`;
  return (
    <svg class="flow" classList={{ narrow: !props.hasPanels }} viewBox={props.hasPanels ? "0 0 520 190" : "170 0 350 190"} role="img" aria-label={spoken()}>
      <Show when={props.hasPanels}>
        <Wire from={128} to={204} wh={flow().producedWh} largestWh={largest()} colour="sun" />
        <Sun isShining={flow().producedWh > 0} />
        <Label x={80} name="Panels" value={power(flow().producedWh)} />
      </Show>
      <Show
        when={flow().netExportWh < 0}
        fallback={<Wire from={316} to={392} wh={flow().netExportWh} largestWh={largest()} colour="green" />}
      >
        <Wire from={392} to={316} wh={-flow().netExportWh} largestWh={largest()} colour="blue" />
      </Show>
      <House />
      <Label x={260} name="Home uses" value={power(flow().usedWh)} />
      <Street />
      <Label x={440} name={flow().netExportWh < 0 ? "From the street" : "To the street"} value={power(flow().netExportWh)} />
    </svg>
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

function Wire(props: { from: number; to: number; wh: number; largestWh: number; colour: "sun" | "green" | "blue" }) {
  return (
    <path
      class="wire"
      data-colour={props.colour}
      data-flows={props.wh > 0 ? "" : undefined}
      d={`M${props.from} 72H${props.to}`}
      stroke-width={thickness(props.wh, props.largestWh)}
    />
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
