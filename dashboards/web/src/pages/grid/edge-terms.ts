/** From what an operator types into a line's fields to its terms in the chain's units. Pure. */
import { type Parsed, exact, parseDecimal, toDecimal } from "../../units/decimal";
import type { EdgeTerms } from "../../api/types";

export type EdgeFields = { fee: string; up: string; down: string };

export type ParsedEdge =
  | { ok: true; fee_ueur_per_kwh: number; capacity_up_wh: number | null; capacity_down_wh: number | null }
  | { ok: false; errors: EdgeFields };

const MAX_FEE = 4_294_967_295n;
/** The chain takes more, but nobody's line carries it, and it stays exact as a number. */
const MAX_CAPACITY = 9_000_000_000_000_000n;

/** Reads the fields; an empty limit is no limit. */
export function parseEdge(fields: EdgeFields): ParsedEdge {
  const fee = parseDecimal(fields.fee, 4, "fee", MAX_FEE);
  const up = limitOf(fields.up, "limit up");
  const down = limitOf(fields.down, "limit down");
  if (fee.ok && isRead(up) && isRead(down)) {
    return {
      ok: true,
      fee_ueur_per_kwh: Number(fee.value),
      capacity_up_wh: up === null ? null : Number(up.value),
      capacity_down_wh: down === null ? null : Number(down.value),
    };
  }
  const wrong = (parsed: Parsed | null) => (parsed === null || parsed.ok ? "" : parsed.error);
  return { ok: false, errors: { fee: wrong(fee), up: wrong(up), down: wrong(down) } };
}

const limitOf = (text: string, what: string) => (text.trim() === "" ? null : parseDecimal(text, 3, what, MAX_CAPACITY));
const isRead = (parsed: Parsed | null): parsed is { ok: true; value: bigint } | null => parsed === null || parsed.ok;

/** The fields that show a line's terms. */
export function fieldsOf(terms: EdgeTerms): EdgeFields {
  const limit = (wh: number | null) => (wh === null ? "" : toDecimal(exact(wh), 3));
  return {
    fee: toDecimal(exact(terms.fee_ueur_per_kwh ?? 0), 4),
    up: limit(terms.capacity_up_wh),
    down: limit(terms.capacity_down_wh),
  };
}
