/** Stacked bars, one a piece of time, with the period before as an outline behind; the same numbers as a table. */
import { For, Index, Show, createMemo, createSignal, onCleanup, onMount } from "solid-js";
import { type Column, DataTable } from "../components/data-table";
import { kwh } from "../units/format";
import { roundUp } from "./sums";

export type Part = { name: string; colour: "sun" | "green" | "grey" };
/** A bar's parts from below, in Wh; null where nothing was measured. */
export type Bar = { name: string; short: string; values: number[] | null; beforeWh: number | null };

/** Before it is measured; in pixels, as all that follow. */
const FIRST_WIDTH = 640;
const HEIGHT = 240;
const LEFT = 64;
const BOTTOM = 26;
const TOP = 12;
/** Labels that are nearer to each other run into each other. */
const LABEL = 44;

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

export function Bars(props: { label: string; parts: Part[]; bars: Bar[] }) {
  let picture!: SVGSVGElement;
  const [width, setWidth] = createSignal(FIRST_WIDTH);
  onMount(() => {
    const resized = new ResizeObserver(() => setWidth(Math.max(LEFT + LABEL, picture.clientWidth)));
    resized.observe(picture);
    onCleanup(() => resized.disconnect());
  });
  // Each access to the property would make all bars anew.
  const bars = createMemo(() => props.bars);
  const [at, setAt] = createSignal<number | null>(null);
  const most = createMemo(() => roundUp(Math.max(1, ...bars().map((bar) => Math.max(sum(bar.values ?? []), bar.beforeWh ?? 0)))));
  const step = () => (width() - LEFT) / Math.max(1, bars().length);
  const y = (wh: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - wh / most());
  const every = () => Math.max(1, Math.ceil(LABEL / step()));
  const readout = () => {
    const bar = bars()[at() ?? -1];
    if (!bar) return "";
    if (bar.values === null) return `${bar.name}: nothing measured`;
    return `${bar.name}: ${props.parts.map((part, index) => `${part.name} ${kwh(bar.values?.[index] ?? 0, 1, 2)}`).join(" · ")}`;
  };
  const pointed = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / Math.max(1, box.width)) * width();
    setAt(Math.min(bars().length - 1, Math.max(0, Math.floor((x - LEFT) / step()))));
  };
  return (
    <figure class="stack tight">
      <ul class="legend" aria-hidden="true">
        <For each={props.parts}>{(part) => <li data-colour={part.colour}>{part.name}</li>}</For>
        <li data-colour="before">The period before</li>
      </ul>
      <svg class="bars" ref={picture} viewBox={`0 0 ${width()} ${HEIGHT}`} role="img" aria-label={props.label} onPointerMove={pointed} onPointerLeave={() => setAt(null)}>
        <For each={[1, 0.5]}>
          {(share) => (
            <>
              <path class="rule" d={`M${LEFT} ${y(most() * share)}H${width()}`} />
              <text class="tick" x={LEFT - 8} y={y(most() * share) + 4} text-anchor="end">
                {kwh(Math.round(most() * share), 0)}
              </text>
            </>
          )}
        </For>
        <path class="rule" d={`M${LEFT} ${y(0)}H${width()}`} />
        <Index each={bars()}>
          {(bar, index) => (
            <g data-pointed={at() === index ? "" : undefined}>
              <Show when={bar().beforeWh}>
                {(wh) => <rect class="before" x={LEFT + index * step() + step() * 0.06} y={y(wh())} width={step() * 0.88} height={y(0) - y(wh())} />}
              </Show>
              <Index each={bar().values ?? []}>
                {(value, part) => (
                  <rect
                    data-colour={props.parts[part]?.colour}
                    x={LEFT + index * step() + step() * 0.18}
                    y={y(sum((bar().values ?? []).slice(0, part + 1)))}
                    width={step() * 0.64}
                    height={y(0) - y(value())}
                  />
                )}
              </Index>
              <Show when={index % every() === 0}>
                <text class="tick" x={LEFT + (index + 0.5) * step()} y={HEIGHT - 8} text-anchor="middle">
                  {bar().short}
                </text>
              </Show>
            </g>
          )}
        </Index>
      </svg>
      <p class="readout small soft" aria-hidden="true">
        {readout()}
      </p>
      <Table label={props.label} parts={props.parts} bars={bars()} />
    </figure>
  );
}

function Table(props: { label: string; parts: Part[]; bars: Bar[] }) {
  const [isOpen, setOpen] = createSignal(false);
  const columns = (): Column<Bar>[] => [
    { name: "Time", cell: (bar) => bar.name },
    ...props.parts.map((part, index): Column<Bar> => ({
      name: part.name,
      right: true,
      cell: (bar) => (bar.values === null ? "–" : kwh(bar.values[index] ?? 0, 1, 2)),
    })),
    { name: "The period before", right: true, cell: (bar) => (bar.beforeWh === null ? "–" : kwh(bar.beforeWh, 1, 2)) },
  ];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as a table</summary>
      <Show when={isOpen()}>
        <DataTable label={props.label} rows={props.bars} columns={columns()} />
      </Show>
    </details>
  );
}
