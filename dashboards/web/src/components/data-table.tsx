/** A table that scrolls within its panel, and on a narrow screen stacks each row so that nothing is cut off. */
import { For, Index, type JSX, Show, createMemo } from "solid-js";

export type Column<Row> = {
  name: string;
  /** Numbers stand at the right. */
  right?: boolean;
  cell: (row: Row) => JSX.Element;
  /** Below the column; the first column's is the heading of that row. */
  total?: () => JSX.Element;
};

type DataTableProps<Row> = {
  /** What the table shows. */
  label: string;
  rows: Row[];
  /** The first column names the rows. */
  columns: Column<Row>[];
  /** By which tests find the row of totals. */
  totalId?: string;
};

export function DataTable<Row>(props: DataTableProps<Row>) {
  // Each row would make all columns anew.
  const columns = createMemo(() => props.columns);
  const side = (column: Column<Row>) => ({ right: column.right === true });
  return (
    <div class="table-scroll" tabindex="0" role="group" aria-label={props.label}>
      <table role="table" aria-label={props.label}>
        <thead role="rowgroup">
          <tr role="row">
            <For each={columns()}>
              {(column) => (
                <th role="columnheader" scope="col" classList={side(column)}>
                  {column.name}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody role="rowgroup">
          <Index each={props.rows}>
            {(row) => (
              <tr role="row">
                <Cells columns={columns()} cell={(column) => column.cell(row())} />
              </tr>
            )}
          </Index>
        </tbody>
        <Show when={columns()[0]?.total}>
          <tfoot role="rowgroup">
            <tr role="row" data-testid={props.totalId}>
              <Cells columns={columns()} cell={(column) => column.total?.()} />
            </tr>
          </tfoot>
        </Show>
      </table>
    </div>
  );
}

function Cells<Row>(props: { columns: Column<Row>[]; cell: (column: Column<Row>) => JSX.Element }) {
  return (
    <For each={props.columns}>
      {(column, number) => (
        <Show
          when={number() === 0}
          fallback={
            <td role="cell" classList={{ right: column.right === true }} data-label={column.name}>
              {props.cell(column)}
            </td>
          }
        >
          <th role="rowheader" scope="row">
            {props.cell(column)}
          </th>
        </Show>
      )}
    </For>
  );
}
