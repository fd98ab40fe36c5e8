/** A line's flow over the last slots: out of the zone above the middle, into it below; limits dashed, as they were. */
import { For, Show, createMemo } from "solid-js";
import type { EdgeTerms } from "../../api/types";
import { kwh } from "../../units/format";
import { type Past, lineFlow, scaleOf } from "./tree";

const WIDTH = 240;
const HALF = 32;

export function FlowHistory(props: { history: Past[]; name: string }) {
  // Each access to the property would find all flows anew.
  const history = createMemo(() => props.history);
  const scale = createMemo(() => scaleOf(history()));
  const step = () => WIDTH / Math.max(12, history().length);
  const left = (index: number) => WIDTH - (history().length - index) * step();
  const height = (wh: number) => (Math.abs(wh) / scale()) * (HALF - 3);
  const known = () => history().filter((past) => past.wh !== null);
  const isFull = (past: Past) => past.terms !== undefined && lineFlow(past.wh ?? 0, past.terms).isFull;
  const label = () => {
    const most = Math.max(0, ...known().map((past) => Math.abs(past.wh ?? 0)));
    return `${props.name} in the last ${known().length} slots: at most ${kwh(most)}; full in ${known().filter(isFull).length} of them.`;
  };
  /** The limit's line, broken where it is not known, far beyond the flows, or absent. */
  const limit = (of: (terms: EdgeTerms) => number | null, sign: 1 | -1) => {
    let path = "";
    let at: number | null = null;
    history().forEach((past, index) => {
      const wh = past.terms ? of(past.terms) : null;
      const y = wh === null || wh > scale() ? null : HALF + (sign * (HALF - 3) * wh) / scale();
      if (y !== null) path += at === null ? `M${left(index)} ${y}H${left(index + 1)}` : `V${y}H${left(index + 1)}`;
      at = y;
    });
    return path;
  };
  return (
    <figure class="history">
      <svg viewBox={`0 0 ${WIDTH} ${2 * HALF}`} role="img" aria-label={label()}>
        <path class="middle" d={`M0 ${HALF}H${WIDTH}`} />
        <For each={history()}>
          {(past, index) => (
            <Show when={past.wh !== null && past.wh !== 0}>
              <rect
                class="flow-bar"
                data-full={isFull(past) ? "" : undefined}
                data-direction={(past.wh ?? 0) > 0 ? "up" : "down"}
                x={left(index()) + step() * 0.12}
                y={(past.wh ?? 0) > 0 ? HALF - height(past.wh ?? 0) : HALF}
                width={step() * 0.76}
                height={height(past.wh ?? 0)}
              />
            </Show>
          )}
        </For>
        <path class="limit" data-testid="limit-up" d={limit((terms) => terms.capacity_up_wh, -1)} />
        <path class="limit" data-testid="limit-down" d={limit((terms) => terms.capacity_down_wh, 1)} />
      </svg>
      <figcaption class="small soft">Last {known().length} slots; above: out of the zone; dashed: the limits as they were</figcaption>
    </figure>
  );
}
