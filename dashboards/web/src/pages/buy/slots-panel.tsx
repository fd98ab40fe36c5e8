/** Slot by slot: needed, bought, paid and saved, each slot's state named. */
import { For, Show } from "solid-js";
import type { Chain, Readings, Slot, Trade } from "../../api/types";
import { Badge, Stages } from "../../components/badge";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { slotState } from "../../state/words";
import { ctNumber, eurNumber, kwhNumber } from "../../units/format";
import { span } from "../../units/time";
import { type BuyRow, rowsOf } from "./rows";

type SlotsPanelProps = {
  slots: Query<Slot[]>;
  trades: Query<Trade[]>;
  points: Query<Readings>;
  site: number;
  retailUeurPerKwh: number;
  chain: Chain;
};

export function SlotsPanel(props: SlotsPanelProps) {
  return (
    <Panel title="Your slots" note="measured → cleared → settled → finalised">
      <Load query={props.slots}>
        {(slots) => (
          <Show
            when={slots().length > 0}
            fallback={
              <Empty>
                <p>No slot is measured yet.</p>
              </Empty>
            }
          >
            <Table
              chain={props.chain}
              rows={rowsOf(slots(), props.trades.data() ?? [], props.points.data()?.points ?? [], props.site, props.retailUeurPerKwh)}
            />
          </Show>
        )}
      </Load>
    </Panel>
  );
}

function Table(props: { rows: BuyRow[]; chain: Chain }) {
  return (
    <div class="table-scroll" tabindex="0" role="region" aria-label="Your slots">
      <table>
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">State</th>
            <th scope="col" class="right">
              Needed, kWh
            </th>
            <th scope="col" class="right">
              Bought, kWh
            </th>
            <th scope="col" class="right">
              Price, ct/kWh
            </th>
            <th scope="col" class="right">
              Paid, €
            </th>
            <th scope="col" class="right">
              Saved, €
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.rows}>{(row) => <Line row={row} chain={props.chain} />}</For>
        </tbody>
      </table>
    </div>
  );
}

function Line(props: { row: BuyRow; chain: Chain }) {
  const bought = () => props.row.boughtWh > 0;
  return (
    <tr>
      <th scope="row">{span(props.row.startUnixS, props.row.startUnixS + props.chain.slot_seconds)}</th>
      <td>
        <span class="state">
          <Badge named={slotState(props.row)} />
          <Stages slot={props.row} />
        </span>
      </td>
      <td class="right">{props.row.neededWh === null ? "–" : kwhNumber(props.row.neededWh)}</td>
      <td class="right">{bought() ? kwhNumber(props.row.boughtWh) : "–"}</td>
      <td class="right">{props.row.priceUeurPerKwh === null ? "–" : ctNumber(props.row.priceUeurPerKwh)}</td>
      <td class="right">{bought() ? eurNumber(props.row.paidUeur, 4, 6) : "–"}</td>
      <td class="right">{bought() ? eurNumber(props.row.savedUeur, 4, 6) : "–"}</td>
    </tr>
  );
}
