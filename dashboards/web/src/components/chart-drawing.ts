/** Draws a chart with uPlot in the page's colours, and again when the colours or the size change. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { marketTime, marketZone, toMarketS } from "../units/time";
import type { ChartData, Colour, Series } from "./chart";

export type Drawing = { update: (data: ChartData) => void; destroy: () => void };

type Options = { unit: string; pointed: (index: number | null) => void };

const HEIGHT = 240;
/** Below this width every pixel is the chart's. */
const NARROW = 480;
const bars = uPlot.paths.bars?.({ size: [0.7, 28, 1], radius: 0.15, align: 1 });
const stepped = uPlot.paths.stepped?.({ align: 1 });

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function lineOf(series: Series, isLonely: boolean): uPlot.Series {
  const colour = token(series.colour satisfies Colour);
  const line: uPlot.Series = { label: series.name, stroke: colour, width: 2, points: { show: isLonely, size: 6, fill: colour } };
  const translucent = `color-mix(in srgb, ${colour} ${series.shape === "bars" ? 70 : 22}%, transparent)`;
  if (series.shape === "bars") return { ...line, width: 0, fill: translucent, points: { show: false }, ...(bars && { paths: bars }) };
  if (series.shape === "area") return { ...line, fill: translucent, ...(stepped && { paths: stepped }) };
  if (series.shape === "dots") return { ...line, points: { show: true, size: 6, fill: colour }, spanGaps: false };
  return { ...line, ...(stepped && { paths: stepped }), spanGaps: false };
}

function axes(unit: string): uPlot.Axis[] {
  const common = {
    stroke: token("soft"),
    font: `12px ${token("font")}`,
    ticks: { show: false },
    grid: { stroke: token("line"), width: 1 },
  };
  const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 });
  return [
    {
      ...common,
      grid: { show: false },
      size: 32,
      space: 96,
      values: (_, splits, __, ___, increment) => splits.map((at) => marketTime(at, increment < 60)),
    },
    {
      ...common,
      size: 60,
      values: (_, splits) => splits.map((at, index) => number.format(at) + (index === splits.length - 1 ? ` ${unit}` : "")),
    },
  ];
}

function tableOf(data: ChartData): uPlot.AlignedData {
  return [data.times.map(toMarketS), ...data.series.map((series) => series.values)];
}

/** Draws into an element; whoever calls it destroys it. */
export function draw(holder: HTMLElement, first: ChartData, options: Options): Drawing {
  let data = first;
  let plot: uPlot | undefined;
  let lines = "";
  const zone = marketZone();
  // What a rebuild is needed for: other lines, or a chart that has just got its second point.
  const linesOf = (of: ChartData) => of.series.map((series) => series.name).join("|") + String(of.times.length < 2);
  const build = () => {
    plot?.destroy();
    lines = linesOf(data);
    plot = new uPlot(
      {
        width: Math.max(holder.clientWidth, 1),
        height: HEIGHT,
        legend: { show: false },
        padding: [12, holder.clientWidth < NARROW ? 12 : 40, 0, 0],
        ...(zone !== undefined && { tzDate: (atS) => uPlot.tzDate(new Date(atS * 1000), zone) }),
        cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
        scales: { y: { range: (_, min, max) => [Math.min(0, min), Math.max(max * 1.1, min < 0 ? 0 : 0.001)] } },
        axes: axes(options.unit),
        series: [{}, ...data.series.map((series) => lineOf(series, data.times.length < 2))],
        hooks: { setCursor: [(of) => options.pointed(of.cursor.idx ?? null)] },
      },
      tableOf(data),
      holder,
    );
  };
  build();
  const resized = new ResizeObserver(() => plot?.setSize({ width: Math.max(holder.clientWidth, 1), height: HEIGHT }));
  resized.observe(holder);
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  darkness.addEventListener("change", build);
  return {
    update: (next) => {
      data = next;
      if (linesOf(next) === lines) plot?.setData(tableOf(next));
      else build();
    },
    destroy: () => {
      resized.disconnect();
      darkness.removeEventListener("change", build);
      plot?.destroy();
    },
  };
}
