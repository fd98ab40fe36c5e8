/** A home's days, weeks, months and years, beside the period before: how much, of which kind, and what it came to. */
import { Show } from "solid-js";
import { api } from "../api/client";
import { Load } from "../components/panel";
import { createQuery } from "../state/query";
import { eur, kwh } from "../units/format";
import { type Bar, Bars, type Part } from "./bars";
import { Download } from "./download";
import { BEFORE, Compared, Frame, createShown } from "./frame";
import { KINDS, type Kind, type Period, periodName, pieceName } from "./period";
import { NOTHING, type Sums, add, changePercent, localPercent, savedUeur, sumsByPiece } from "./sums";

export type HistoryPanelProps = {
  site: number;
  market: number;
  /** What an owner sees first is what the roof gave; a neighbour, what was used. */
  view: "owner" | "neighbour";
  retailUeurPerKwh: number;
};

type View = { parts: Part[]; values: (sums: Sums) => number[]; what: string };
const VIEWS: Record<HistoryPanelProps["view"], View> = {
  owner: {
    parts: [
      { name: "Used at home", colour: "sun" },
      { name: "Sold to neighbours", colour: "green" },
      { name: "To the supplier", colour: "grey" },
    ],
    values: (sums) => [sums.ownWh, sums.soldWh, sums.toSupplierWh],
    what: "What the panels gave",
  },
  neighbour: {
    parts: [
      { name: "From the own roof", colour: "sun" },
      { name: "From neighbours", colour: "green" },
      { name: "From the supplier", colour: "grey" },
    ],
    values: (sums) => [sums.ownWh, sums.boughtWh, sums.fromSupplierWh],
    what: "What the home used",
  },
};

type Both = { now: (Sums | null)[]; then: (Sums | null)[] };
const all = (parts: readonly (Sums | null)[]) => parts.reduce<Sums>((total, part) => (part ? add(total, part) : total), NOTHING);
const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

export default function HistoryPanel(props: HistoryPanelProps) {
  const shown = createShown();
  const { period, before } = shown;
  const query = createQuery(
    () => ({ site: props.site, from: period().from, to: period().to }),
    async ({ site }): Promise<Both> => {
      const points = (of: Period) => api.readings(site, { from: of.from, to: of.to }, of.resolution);
      const [now, then] = await Promise.all([points(period()), points(before())]);
      return { now: sumsByPiece(now.points, period().pieces), then: sumsByPiece(then.points, before().pieces) };
    },
  );
  const view = () => VIEWS[props.view];
  const bars = (data: Both): Bar[] =>
    period().pieces.map((piece, index) => {
      const [now, then] = [data.now[index], data.then[index]];
      return {
        name: pieceName(period(), piece, false),
        short: pieceName(period(), piece, true),
        values: now ? view().values(now) : null,
        beforeWh: then ? total(view().values(then)) : null,
      };
    });
  const label = () => `${view().what}, ${periodName(period())}, beside ${BEFORE[period().kind]}`;
  return (
    <Frame shown={shown} kinds={KINDS}>
      <Load query={query}>
        {(data) => (
          <>
            <Figures {...props} now={all(data().now)} then={all(data().then)} kind={period().kind} />
            <Bars label={label()} parts={view().parts} bars={bars(data())} />
          </>
        )}
      </Load>
      <Download market={props.market} period={period()} />
    </Frame>
  );
}

function Figures(props: HistoryPanelProps & { now: Sums; then: Sums; kind: Kind }) {
  const energy = (name: string, of: (sums: Sums) => number) => (
    <Compared name={name} value={kwh(of(props.now), 1, 1)} before={kwh(of(props.then), 1, 1)} change={changePercent(of(props.now), of(props.then))} kind={props.kind} />
  );
  const money = (name: string, of: (sums: Sums) => bigint) => (
    <Compared name={name} value={eur(of(props.now))} before={eur(of(props.then))} change={changePercent(of(props.now), of(props.then))} kind={props.kind} />
  );
  const share = (sums: Sums) => {
    const percent = localPercent(sums);
    return percent === null ? "–" : `${percent} %`;
  };
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
      <Compared name="Own and neighbours' energy" value={share(props.now)} before={share(props.then)} change={null} kind={props.kind} note="of what the home used" />
    </dl>
  );
}
