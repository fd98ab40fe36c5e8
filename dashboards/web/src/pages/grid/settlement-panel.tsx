/** The settlement, slot by slot, each row and the whole adding up to zero; and the same as CSV. */
import { For, Show } from "solid-js";
import { settlementCsv, slotFile } from "../../api/client";
import type { Chain, Slot } from "../../api/types";
import { Badge } from "../../components/badge";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { slotState } from "../../state/words";
import { eurNumber, kwhNumber } from "../../units/format";
import { span } from "../../units/time";
import { type Sums, ZERO, add, difference, settled, sumsOf } from "./settlement";

type SettlementPanelProps = { slots: Query<Slot[]>; market: number; chain: Chain; mayExport: boolean };

const COLUMNS = ["Traded, kWh", "Paid", "Received", "Network fees", "Congestion rent", "Protocol fee", "Dust", "Difference"];

export function SettlementPanel(props: SettlementPanelProps) {
  const rows = () => settled(props.slots.data() ?? []);
  const range = () => ({
    from: rows().at(-1)?.start_unix_s ?? 0,
    to: rows()[0]?.end_unix_s ?? 1,
  });
  return (
    <Panel title="Settlement" note="€, to the millionth; what is paid all goes somewhere">
      <Load query={props.slots}>
        {() => (
          <Show
            when={rows().length > 0}
            fallback={
              <Empty>
                <p>No slot is settled yet.</p>
              </Empty>
            }
          >
            <Table rows={rows()} market={props.market} />
            <Show
              when={props.mayExport}
              fallback={<p class="small soft">The operator, and each owner for their own sites, can download the single amounts as CSV.</p>}
            >
              <div class="row">
                <a class="button" href={settlementCsv(props.market, range())} download={`settlement-${props.market}.csv`}>
                  Download CSV
                </a>
                <span class="small soft">
                  {rows().length} slots, {span(range().from, range().to)}
                </span>
              </div>
            </Show>
          </Show>
        )}
      </Load>
    </Panel>
  );
}

function Table(props: { rows: Slot[]; market: number }) {
  const total = () => props.rows.map(sumsOf).reduce(add, ZERO);
  return (
    <div class="table-scroll" tabindex="0" role="region" aria-label="Settlement by slot">
      <table>
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">State</th>
            <For each={COLUMNS}>
              {(name) => (
                <th scope="col" class="right">
                  {name}
                </th>
              )}
            </For>
            <th scope="col">Check it</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.rows}>
            {(slot) => (
              <tr>
                <th scope="row">{span(slot.start_unix_s, slot.end_unix_s)}</th>
                <td>
                  <Badge named={slotState(slot)} />
                </td>
                <Amounts sums={sumsOf(slot)} />
                <td>
                  <a href={slotFile(props.market, slot.slot, "market-file")} download={`slot-${slot.slot}.json`}>
                    Market file
                  </a>
                </td>
              </tr>
            )}
          </For>
        </tbody>
        <tfoot>
          <tr data-testid="settlement-total">
            <th scope="row">Total</th>
            <td />
            <Amounts sums={total()} />
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Amounts(props: { sums: Sums }) {
  const euros = () => [
    props.sums.paid,
    props.sums.received,
    props.sums.networkFees,
    props.sums.rent,
    props.sums.protocolFee,
    props.sums.dust,
  ];
  const off = () => difference(props.sums);
  return (
    <>
      <td class="right">{kwhNumber(props.sums.volumeWh)}</td>
      <For each={euros()}>{(ueur) => <td class="right">{eurNumber(ueur, 6)}</td>}</For>
      <td class="right check" data-right={off() === 0n ? "" : undefined}>
        {off() === 0n ? "0 ✓" : `${eurNumber(off(), 6)} ✗`}
      </td>
    </>
  );
}
