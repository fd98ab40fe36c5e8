/** A chart over time, with a table of the same numbers for those who do not see it. The drawing is loaded lazily. */
import { For, Show, createEffect, createMemo, createSignal, onCleanup, onMount } from "solid-js";
import { part } from "../load";
import type { Drawing } from "./chart-drawing";
import { type Column, DataTable } from "./data-table";

export type Colour = "sun" | "green" | "blue" | "ink" | "red" | "violet";

/** One line of a chart; null where there is no value. */
export type Series = { name: string; colour: Colour; shape: "area" | "line" | "bars" | "dots"; values: (number | null)[] };

export type ChartData = {
  /** Unix seconds, rising. */
  times: number[];
  series: Series[];
};

export type ChartProps = {
  /** What the chart shows, in a sentence. */
  label: string;
  /** Of the numbers, such as "kWh". */
  unit: string;
  data: ChartData;
  /** A value in words, for the table and the line under the pointer. */
  show: (value: number, series: number) => string;
  /** A time in words. */
  showTime: (unixS: number) => string;
};

export function Chart(props: ChartProps) {
  // Each access to the property would make all numbers anew.
  const data = createMemo(() => props.data);
  let holder!: HTMLDivElement;
  const [drawing, setDrawing] = createSignal<Drawing>();
  const [at, setAt] = createSignal<number | null>(null);
  const [failed, setFailed] = createSignal(false);
  onMount(() => {
    let gone = false;
    const start = async () => {
      const { draw } = await part(() => import("./chart-drawing"));
      // Left before the drawing came: nothing to draw on.
      if (!gone) setDrawing(draw(holder, data(), { unit: props.unit, pointed: setAt }));
    };
    // Most charts of a phone are out of sight at first: they are drawn when somebody comes near.
    const near = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        start().catch(() => setFailed(true));
      },
      { rootMargin: "50% 0%" },
    );
    near.observe(holder);
    onCleanup(() => {
      gone = true;
      near.disconnect();
      drawing()?.destroy();
    });
  });
  createEffect(() => drawing()?.update(data()));
  const readout = () => {
    const index = at() ?? newestWhole(data());
    const time = data().times[index];
    if (time === undefined) return "";
    const values = data().series.map((series, number) => `${series.name} ${shown(data(), props.show, number, index)}`);
    return `${props.showTime(time)}: ${values.join(" · ")}`;
  };
  return (
    <figure class="stack tight">
      <ul class="legend" aria-hidden="true">
        <For each={data().series}>{(series) => <li data-colour={series.colour}>{series.name}</li>}</For>
      </ul>
      <div class="chart" role="img" aria-label={props.label} ref={holder} />
      <Show when={failed()}>
        <p class="problem">The chart could not be loaded; the table has its numbers.</p>
      </Show>
      <p class="readout small soft" aria-hidden="true">
        {readout()}
      </p>
      <ChartTable {...props} data={data()} />
    </figure>
  );
}

/** The newest time that has every value, or the newest at all. */
function newestWhole(data: ChartData): number {
  const whole = data.times.findLastIndex((_, time) => data.series.every((series) => typeof series.values[time] === "number"));
  return whole >= 0 ? whole : data.times.length - 1;
}

function ChartTable(props: ChartProps) {
  const [isOpen, setOpen] = createSignal(false);
  const newestFirst = () => props.data.times.map((_, index) => index).reverse();
  const columns = (): Column<number>[] => [
    { name: "Time", cell: (index) => props.showTime(props.data.times[index] ?? 0) },
    ...props.data.series.map((series, number): Column<number> => ({
      name: series.name,
      right: true,
      cell: (index) => shown(props.data, props.show, number, index),
    })),
  ];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Show as a table</summary>
      <Show when={isOpen()}>
        <DataTable label={props.label} rows={newestFirst()} columns={columns()} />
      </Show>
    </details>
  );
}

function shown(data: ChartData, show: ChartProps["show"], series: number, index: number): string {
  const value = data.series[series]?.values[index];
  return typeof value === "number" ? show(value, series) : "–";
}
