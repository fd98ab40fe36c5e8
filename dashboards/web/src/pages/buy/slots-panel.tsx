/** Slot by slot: needed, bought, from how near, paid and saved, each slot's state named. */
import { Show } from "solid-js";
import type { Chain, Readings, Site, Slot, Trade } from "../../api/types";
import { Badge, Stages } from "../../components/badge";
import { type Column, DataTable } from "../../components/data-table";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { slotState } from "../../state/words";
import { ctNumber, kwhNumber, percent } from "../../units/format";
import { span } from "../../units/time";
import { type BuyRow, rowsOf } from "./rows";

type SlotsPanelProps = {
  slots: Query<Slot[]>;
  trades: Query<Trade[]>;
  points: Query<Readings>;
  site: Pick<Site, "id" | "zone" | "orders">;
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
  const whenBought = (row: BuyRow, text: () => string) => (row.boughtWh > 0 ? text() : "–");
  const columns: Column<BuyRow>[] = [
    { name: "Slot", cell: (row) => span(row.startUnixS, row.startUnixS + props.chain.slot_seconds) },
    { name: "State", cell: (row) => <State row={row} /> },
    { name: "Needed, kWh", right: true, cell: (row) => (row.neededWh === null ? "–" : kwhNumber(row.neededWh)) },
    { name: "Bought, kWh", right: true, cell: (row) => whenBought(row, () => kwhNumber(row.boughtWh)) },
    { name: "From your feeder", right: true, cell: (row) => whenBought(row, () => percent(row.nearWh, row.boughtWh)) },
    { name: "Price, ct/kWh", right: true, cell: (row) => (row.priceUeurPerKwh === null ? "–" : ctNumber(row.priceUeurPerKwh, 2, 2)) },
    { name: "Paid, ct", right: true, cell: (row) => whenBought(row, () => ctNumber(row.paidUeur, 2, 2)) },
    { name: "Saved, ct", right: true, cell: (row) => whenBought(row, () => ctNumber(row.savedUeur, 2, 2)) },
  ];
  return <DataTable label="Your slots" rows={props.rows} columns={columns} />;
}

function State(props: { row: BuyRow }) {
  return (
    <span class="state">
      <Badge named={slotState(props.row)} />
      <Stages slot={props.row} />
      <Show when={props.row.why}>{(why) => <span class="small soft">{why()}</span>}</Show>
    </span>
  );
}
