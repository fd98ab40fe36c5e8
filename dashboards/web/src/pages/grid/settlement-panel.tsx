/** The settlement, slot by slot, each row and the whole adding up to zero; and the same as CSV. */
import { Show, createMemo } from "solid-js";
import { settlementCsv, slotFile } from "../../api/client";
import type { Chain, Slot } from "../../api/types";
import { Badge } from "../../components/badge";
import { type Column, DataTable } from "../../components/data-table";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { asMyself } from "../../session/session";
import { slotState } from "../../state/words";
import { eurNumber, kwhNumber } from "../../units/format";
import { span } from "../../units/time";
import { type Sums, ZERO, add, difference, settled, sumsOf } from "./settlement";

type SettlementPanelProps = { slots: Query<Slot[]>; market: number; chain: Chain; mayExport: boolean };

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
            <Balance rows={rows()} />
            <Table rows={rows()} market={props.market} />
            <Show
              when={props.mayExport}
              fallback={<p class="small soft">The operator can download the single amounts here; owners and neighbours their own, under “History” of their pages.</p>}
            >
              <div class="row">
                <a class="button" href={settlementCsv(props.market, range())} download={`settlement-${props.market}.csv`} onClick={download}>
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

/** A large file is streamed to the disk, and is the operator's: not of whoever logged in in another tab. */
function download(event: MouseEvent & { currentTarget: HTMLAnchorElement }): void {
  event.preventDefault();
  const { href } = event.currentTarget;
  void asMyself(() => {
    location.assign(href);
    return Promise.resolve();
  });
}

/** The whole in one line: what was paid, and that nothing of it is missing. */
function Balance(props: { rows: Slot[] }) {
  const total = createMemo(() => props.rows.map(sumsOf).reduce(add, ZERO));
  return (
    <p data-testid="settlement-balance">
      {kwhNumber(total().volumeWh)} kWh in {props.rows.length} slots: {eurNumber(total().paid, 6)} € paid − received − all fees − rent − dust ={" "}
      <Difference ueur={difference(total())} />
    </p>
  );
}

function Table(props: { rows: Slot[]; market: number }) {
  const total = createMemo(() => props.rows.map(sumsOf).reduce(add, ZERO));
  const amount = (name: string, of: (sums: Sums) => bigint, show = (value: bigint) => eurNumber(value, 6)): Column<Slot> => ({
    name,
    right: true,
    cell: (slot) => show(of(sumsOf(slot))),
    total: () => show(of(total())),
  });
  const columns: Column<Slot>[] = [
    { name: "Slot", cell: (slot) => span(slot.start_unix_s, slot.end_unix_s), total: () => "Total" },
    { name: "State", cell: (slot) => <Badge named={slotState(slot)} /> },
    amount("Traded, kWh", (sums) => sums.volumeWh, kwhNumber),
    amount("Paid", (sums) => sums.paid),
    amount("Received", (sums) => sums.received),
    amount("Network fees", (sums) => sums.networkFees),
    amount("Congestion rent", (sums) => sums.rent),
    amount("Protocol fee", (sums) => sums.protocolFee),
    amount("Dust", (sums) => sums.dust),
    {
      name: "Difference",
      right: true,
      cell: (slot) => <Difference ueur={difference(sumsOf(slot))} />,
      total: () => <Difference ueur={difference(total())} />,
    },
    {
      name: "Check it",
      cell: (slot) => (
        <a href={slotFile(props.market, slot.slot, "market-file")} download={`slot-${slot.slot}.json`}>
          Market file
        </a>
      ),
    },
  ];
  return <DataTable label="Settlement by slot" rows={props.rows} columns={columns} totalId="settlement-total" />;
}

function Difference(props: { ueur: bigint }) {
  return (
    <span class="check" data-right={props.ueur === 0n ? "" : undefined}>
      {props.ueur === 0n ? "0 ✓" : `${eurNumber(props.ueur, 6)} ✗`}
    </span>
  );
}
