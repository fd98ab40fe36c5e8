/** A market's days, weeks, months and years beside the period before: what was traded, how far, and what it paid. */
import { api } from "../api/client";
import type { Slot } from "../api/types";
import { Load } from "../components/panel";
import { createQuery } from "../state/query";
import { eur, kwh } from "../units/format";
import { type Bar, Bars, type Part } from "./bars";
import { BEFORE, Compared, Frame, createShown } from "./frame";
import { type MarketSums, allOf, marketByPiece, sumsByPiece } from "./market-sums";
import { KINDS, type Period, periodName, pieceName } from "./period";
import { changePercent } from "./sums";

export type MarketHistoryProps = { market: number };

/** Each answer has at most 3 000 slots; a month of quarter-hours has 2 976. */
const MOST_ANSWERS = 3;
const PARTS: Part[] = [
  { name: "Within a feeder", colour: "green" },
  { name: "Over a line", colour: "grey" },
];
/** How far the energy of a year went is in its slots only, which are too many for a page. */
const WHOLE: Part[] = [{ name: "Traded", colour: "green" }];

/** All slots of a period, in as many requests as it needs. Throws if it needs too many. */
async function slotsOf(market: number, { from, to }: Period): Promise<Slot[]> {
  const slots: Slot[] = [];
  let end: number | null = to;
  for (let answers = 0; end !== null; answers += 1) {
    if (answers === MOST_ANSWERS) throw new Error("This period has too many slots to add them up here. Choose a shorter one, or download the CSV.");
    const page = await api.slotsPage(market, { from, to: end });
    slots.push(...page.slots);
    end = page.next_to_unix_s;
  }
  return slots;
}

/** What was traded in each piece of a period. */
async function piecesOf(market: number, period: Period): Promise<(MarketSums | null)[]> {
  if (period.kind !== "year") return marketByPiece(await slotsOf(market, period), period.pieces);
  const { from, to } = period;
  return sumsByPiece(await api.marketSums(market, { from, to }, "month"), period.pieces);
}

const valuesOf = ({ nearWh, volumeWh }: MarketSums) => (nearWh === null ? [volumeWh] : [nearWh, volumeWh - nearWh]);

export default function MarketHistory(props: MarketHistoryProps) {
  const shown = createShown();
  const { period, before } = shown;
  const query = createQuery(
    () => ({ market: props.market, from: period().from, to: period().to }),
    async ({ market }) => {
      const [now, then] = await Promise.all([piecesOf(market, period()), piecesOf(market, before())]);
      return { now, then };
    },
  );
  const label = () => `What was traded, ${periodName(period())}, beside ${BEFORE[period().kind]}`;
  return (
    <Frame shown={shown} kinds={KINDS}>
      <Load query={query}>
        {(data) => {
          const bars = (): Bar[] =>
            period().pieces.map((piece, index) => {
              const now = data().now[index];
              return {
                name: pieceName(period(), piece, false),
                short: pieceName(period(), piece, true),
                values: now ? valuesOf(now) : null,
                beforeWh: data().then[index]?.volumeWh ?? null,
              };
            });
          const [now, then] = [() => allOf(data().now), () => allOf(data().then)];
          const money = (name: string, of: (sums: ReturnType<typeof now>) => number) => (
            <Compared name={name} value={eur(of(now()))} before={eur(of(then()))} change={changePercent(of(now()), of(then()))} kind={period().kind} />
          );
          return (
            <>
              <dl class="figures">
                <Compared
                  name="Traded"
                  value={kwh(now().volumeWh, 1, 1)}
                  before={kwh(then().volumeWh, 1, 1)}
                  change={changePercent(now().volumeWh, then().volumeWh)}
                  kind={period().kind}
                />
                {money("Paid", (sums) => sums.paidUeur)}
                {money("Network fees", (sums) => sums.feesUeur)}
                {money("Congestion rent", (sums) => sums.rentUeur)}
              </dl>
              <Bars label={label()} parts={period().kind === "year" ? WHOLE : PARTS} bars={bars()} />
            </>
          );
        }}
      </Load>
    </Frame>
  );
}
