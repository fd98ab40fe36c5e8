/** A home's days, weeks, months and years, beside the period before: how much, of which kind, and what it came to. */
import { type JSX, For, Show, createMemo, createSignal } from "solid-js";
import { api } from "../api/client";
import { Load, Panel } from "../components/panel";
import { createQuery } from "../state/query";
import { eur, kwh } from "../units/format";
import { type Bar, Bars, type Part } from "./bars";
import { Download } from "./download";
import { KINDS, type Kind, type Period, periodName, periodOf, pieceName } from "./period";
import { NOTHING, type Sums, add, changePercent, localPercent, savedUeur, sumsByPiece } from "./sums";

export type HistoryPanelProps = {
  site: number;
  market: number;
  /** What an owner sees first is what the roof gave; a neighbour, what was used. */
  view: "owner" | "neighbour";
  retailUeurPerKwh: number;
};

const NAMES: Record<Kind, string> = { day: "Day", week: "Week", month: "Month", year: "Year" };
const BEFORE: Record<Kind, string> = { day: "the day before", week: "the week before", month: "the month before", year: "the year before" };

type View = { parts: Part[]; values: (sums: Sums) => number[]; what: string };
const VIEWS: Record<HistoryPanelProps["view"], View> = {
  owner: {
    parts: [
      { name: "Used at home", colour: "sun" },
      { name: "Sold to neighbours", colour: "green" },
      { name: "To the supplier", colour: "ink" },
    ],
    values: (sums) => [sums.ownWh, sums.soldWh, sums.toSupplierWh],
    what: "What the panels gave",
  },
  neighbour: {
    parts: [
      { name: "From the own roof", colour: "sun" },
      { name: "From neighbours", colour: "green" },
      { name: "From the supplier", colour: "ink" },
    ],
    values: (sums) => [sums.ownWh, sums.boughtWh, sums.fromSupplierWh],
    what: "What the home used",
  },
};

const all = (parts: readonly (Sums | null)[]) => parts.reduce<Sums>((total, part) => (part ? add(total, part) : total), NOTHING);

export default function HistoryPanel(props: HistoryPanelProps) {
  const [kind, setKind] = createSignal<Kind>("week");
  const [back, setBack] = createSignal(0);
  const period = createMemo(() => periodOf(kind(), Math.floor(Date.now() / 1000), back()));
  const before = createMemo(() => periodOf(kind(), Math.floor(Date.now() / 1000), back() + 1));
  const query = createQuery(
    () => ({ site: props.site, kind: kind(), back: back() }),
    async ({ site }) => {
      const points = (of: Period) => api.readings(site, { from: of.from, to: of.to }, of.resolution);
      const [now, then] = await Promise.all([points(period()), points(before())]);
      return { now: sumsByPiece(now.points, period().pieces), then: sumsByPiece(then.points, before().pieces) };
    },
  );
  const pick = (next: Kind) => {
    setBack(0);
    setKind(next);
  };
  const view = () => VIEWS[props.view];
  const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
  const bars = (data: { now: (Sums | null)[]; then: (Sums | null)[] }): Bar[] =>
    period().pieces.map((piece, index) => {
      const [now, then] = [data.now[index], data.then[index]];
      return {
        name: pieceName(period(), piece, false),
        short: pieceName(period(), piece, true),
        values: now ? view().values(now) : null,
        beforeWh: then ? total(view().values(then)) : null,
      };
    });
  return (
    <Panel title="History" note={<Kinds kind={kind()} pick={pick} />} class="history-panel">
      <div class="row period" role="group" aria-label="Period shown">
        <button class="button small" type="button" aria-label="Earlier" onClick={() => setBack((count) => count + 1)}>
          ‹
        </button>
        <strong aria-live="polite">{periodName(period())}</strong>
        <button class="button small" type="button" aria-label="Later" disabled={back() === 0} onClick={() => setBack((count) => count - 1)}>
          ›
        </button>
      </div>
      <Load query={query}>
        {(data) => (
          <>
            <Figures {...props} now={all(data().now)} then={all(data().then)} kind={kind()} />
            <Bars label={`${view().what}, ${periodName(period())}, beside ${BEFORE[kind()]}`} parts={view().parts} bars={bars(data())} />
          </>
        )}
      </Load>
      <Download market={props.market} period={period()} />
    </Panel>
  );
}

function Kinds(props: { kind: Kind; pick: (kind: Kind) => void }) {
  return (
    <span class="segments" role="group" aria-label="Length of the period">
      <For each={KINDS}>
        {(kind) => (
          <button type="button" aria-pressed={props.kind === kind} onClick={() => props.pick(kind)}>
            {NAMES[kind]}
          </button>
        )}
      </For>
    </span>
  );
}

function Figures(props: HistoryPanelProps & { now: Sums; then: Sums; kind: Kind }) {
  const energy = (name: string, of: (sums: Sums) => number) => (
    <Compared name={name} value={kwh(of(props.now), 1, 1)} before={kwh(of(props.then), 1, 1)} change={changePercent(of(props.now), of(props.then))} kind={props.kind} />
  );
  const money = (name: string, of: (sums: Sums) => bigint) => (
    <Compared name={name} value={eur(of(props.now))} before={eur(of(props.then))} change={changePercent(of(props.now), of(props.then))} kind={props.kind} />
  );
  const share = (sums: Sums) => localPercent(sums);
  return (
    <dl class="figures">
      <Show
        when={props.view === "owner"}
        fallback={
          <>
            {energy("Used", (sums) => sums.usedWh)}
            {energy("From neighbours", (sums) => sums.boughtWh)}
            {money("Saved", (sums) => savedUeur(sums, props.retailUeurPerKwh))}
          </>
        }
      >
        {energy("Produced", (sums) => sums.producedWh)}
        {energy("Sold to neighbours", (sums) => sums.soldWh)}
        {money("Earned", (sums) => BigInt(sums.receivedUeur))}
      </Show>
      <Compared
        name="Own and neighbours' energy"
        value={share(props.now) === null ? "–" : `${share(props.now)} %`}
        before={share(props.then) === null ? "–" : `${share(props.then)} %`}
        change={null}
        kind={props.kind}
        note="of what the home used"
      />
    </dl>
  );
}

type ComparedProps = { name: string; value: string; before: string; change: number | null; kind: Kind; note?: JSX.Element };

function Compared(props: ComparedProps) {
  const change = () => (props.change === null || props.change === 0 ? "" : ` (${props.change > 0 ? "+" : "−"}${Math.abs(props.change)} %)`);
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        <small>
          <Show when={props.note}>{props.note}; </Show>
          {BEFORE[props.kind]}: {props.before}
          {change()}
        </small>
      </dd>
    </div>
  );
}
