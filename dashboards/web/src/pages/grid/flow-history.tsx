/** A line's flow over the last slots: out of the zone above the middle, into it below; limits as dashed lines. */
import { For, Show } from "solid-js";
import type { EdgeTerms } from "../../api/types";
import { kwh } from "../../units/format";
import { lineFlow, scaleOf } from "./tree";

const WIDTH = 240;
const HALF = 32;

export function FlowHistory(props: { history: (number | null)[]; terms: EdgeTerms; name: string }) {
  const scale = () => scaleOf(props.history, props.terms);
  const step = () => WIDTH / Math.max(12, props.history.length);
  const height = (wh: number) => (Math.abs(wh) / scale()) * (HALF - 3);
  const known = () => props.history.filter((wh) => wh !== null);
  const label = () => {
    const full = known().filter((wh) => lineFlow(wh, props.terms).isFull).length;
    const most = Math.max(0, ...known().map(Math.abs));
    return `${props.name} in the last ${known().length} slots: at most ${kwh(most)}; full in ${full} of them.`;
  };
  return (
    <figure class="history">
      <svg viewBox={`0 0 ${WIDTH} ${2 * HALF}`} role="img" aria-label={label()}>
        <path class="middle" d={`M0 ${HALF}H${WIDTH}`} />
        <For each={props.history}>
          {(wh, index) => (
            <Show when={wh !== null && wh !== 0}>
              <rect
                class="flow-bar"
                data-full={lineFlow(wh ?? 0, props.terms).isFull ? "" : undefined}
                data-direction={lineFlow(wh ?? 0, props.terms).direction}
                x={WIDTH - (props.history.length - index()) * step() + step() * 0.12}
                y={(wh ?? 0) > 0 ? HALF - height(wh ?? 0) : HALF}
                width={step() * 0.76}
                height={height(wh ?? 0)}
              />
            </Show>
          )}
        </For>
        <Limit wh={props.terms.capacity_up_wh} scale={scale()} sign={-1} />
        <Limit wh={props.terms.capacity_down_wh} scale={scale()} sign={1} />
      </svg>
      <figcaption class="small soft">Last {known().length} slots; above: out of the zone</figcaption>
    </figure>
  );
}

function Limit(props: { wh: number | null; scale: number; sign: 1 | -1 }) {
  return (
    <Show when={props.wh !== null && props.wh <= props.scale}>
      <path class="limit" d={`M0 ${HALF + (props.sign * (HALF - 3) * (props.wh ?? 0)) / props.scale}H${WIDTH}`} />
    </Show>
  );
}
