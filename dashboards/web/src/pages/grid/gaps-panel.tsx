/** Readings that are missing, late, flagged or estimated; only the operator sees them. */
import { Show } from "solid-js";
import type { Chain, Gap } from "../../api/types";
import { Badge } from "../../components/badge";
import { type Column, DataTable } from "../../components/data-table";
import { Empty, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { gapKind, verdictWords } from "../../state/words";
import { short } from "../../units/format";
import { span } from "../../units/time";

/** More than anybody reads on a page; the rest is in the CSV. */
const MOST_SHOWN = 100;

export function GapsPanel(props: { gaps: Query<Gap[]>; isOperator: boolean; chain: Chain }) {
  return (
    <Panel title="Late and missing readings" note="what is not good trades nothing">
      <Show
        when={props.isOperator}
        fallback={
          <Empty>
            <p>Single readings are the operator's to see. Log in as the market's operator.</p>
          </Empty>
        }
      >
        <Load query={props.gaps}>
          {(gaps) => (
            <Show
              when={gaps().length > 0}
              fallback={
                <Empty>
                  <p>Every reading of the slots shown arrived in time and is good.</p>
                </Empty>
              }
            >
              <Table gaps={gaps().slice(0, MOST_SHOWN)} chain={props.chain} />
              <Show when={gaps().length > MOST_SHOWN}>
                <p class="small soft">
                  The first {MOST_SHOWN} of {gaps().length}.
                </p>
              </Show>
            </Show>
          )}
        </Load>
      </Show>
    </Panel>
  );
}

function Table(props: { gaps: Gap[]; chain: Chain }) {
  const columns: Column<Gap>[] = [
    { name: "Slot", cell: (gap) => span(gap.start_unix_s, gap.start_unix_s + props.chain.slot_seconds) },
    { name: "Kind", cell: (gap) => <Badge named={gapKind(gap.kind)} /> },
    { name: "Site", cell: (gap) => gap.site },
    {
      name: "Device",
      cell: (gap) => (
        <>
          {gap.role} <span class="mono">{short(gap.device)}</span>
        </>
      ),
    },
    { name: "Why", cell: (gap) => (gap.verdict.length > 0 ? gap.verdict.map(verdictWords).join(", ") : "no reading came") },
  ];
  return <DataTable label="Late and missing readings" rows={props.gaps} columns={columns} />;
}
