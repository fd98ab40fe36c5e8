/** Makes price steps in the chain's units of what a person types into an order's rows, or errors beside the fields. */
import type { OrderStep, Side } from "../api/types";
import { exact, parseDecimal, typed } from "../units/decimal";

/** The chain takes no more. */
export const MAX_STEPS = 8;
/** Limits and caps are 32 bits wide on the chain. */
const MAX_U32 = 4_294_967_295n;

/** One row as typed: ct/kWh and kWh. */
export type Row = { limit: string; cap: string };

/** What is wrong with a row; empty texts where nothing is. */
export type RowError = { limit: string; cap: string };

export type ParsedRows = { ok: true; steps: OrderStep[] } | { ok: false; errors: RowError[] };

/** Reads all rows. Limits must fall strictly for a buyer, and rise strictly for a seller. */
export function parseRows(side: Side, rows: readonly Row[]): ParsedRows {
  const steps: OrderStep[] = [];
  const errors = rows.map((row, number): RowError => {
    const limit = parseDecimal(row.limit, 4, "limit", MAX_U32);
    const cap = parseDecimal(row.cap, 3, "amount", MAX_U32);
    const error: RowError = { limit: limit.ok ? "" : limit.error, cap: cap.ok ? "" : cap.error };
    if (cap.ok && cap.value === 0n) error.cap = "The amount must be above 0 kWh.";
    if (limit.ok && cap.ok) {
      const step = { limit_ueur_per_kwh: Number(limit.value), cap_wh: Number(cap.value) };
      const before = number > 0 ? steps[number - 1] : undefined;
      if (before && !isWorse(side, before, step)) {
        error.limit =
          side === "buy" ? "Each step's limit must be below the one before." : "Each step's limit must be above the one before.";
      }
      steps.push(step);
    }
    return error;
  });
  const clean = rows.length > 0 && rows.length <= MAX_STEPS && errors.every((error) => error.limit + error.cap === "");
  return clean ? { ok: true, steps } : { ok: false, errors };
}

function isWorse(side: Side, before: OrderStep, step: OrderStep): boolean {
  const difference = step.limit_ueur_per_kwh - before.limit_ueur_per_kwh;
  return side === "buy" ? difference < 0 : difference > 0;
}

/** The rows that show an order's steps. */
export function rowsOf(steps: readonly OrderStep[]): Row[] {
  return steps.map((step) => ({
    limit: typed(exact(step.limit_ueur_per_kwh), 4),
    cap: typed(exact(step.cap_wh), 3),
  }));
}
