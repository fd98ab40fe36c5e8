/** From what an operator types into a line's fields to its terms in the chain's units. Pure. */
import { type Parsed, exact, parseDecimal, typed } from "../../units/decimal";
import type { EdgeTerms } from "../../api/types";

export type EdgeFields = { fee: string; up: string; down: string };

export type ParsedEdge =
  | { ok: true; fee_ueur_per_kwh: number; capacity_up_wh: number | null; capacity_down_wh: number | null }
  | { ok: false; errors: EdgeFields };

/** 50 ct/kWh: more than any grid takes for a kWh. The chain's own cap, which the regulator sets, is lower still. */
const MAX_FEE = 500_000n;
/** A GWh a slot: more than the largest line at a substation carries. */
const MAX_CAPACITY = 1_000_000_000n;

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
  const limit = (wh: number | null) => (wh === null ? "" : typed(exact(wh), 3));
  return {
    fee: typed(exact(terms.fee_ueur_per_kwh ?? 0), 4),
    up: limit(terms.capacity_up_wh),
    down: limit(terms.capacity_down_wh),
  };
}

/** What an operator may not have meant, though it is allowed: how the new terms differ much from the present ones. */
export function unusual(before: EdgeTerms, after: EdgeTerms, flows: readonly (number | null)[]): string[] {
  const warnings: string[] = [];
  const [feeBefore, feeAfter] = [before.fee_ueur_per_kwh ?? 0, after.fee_ueur_per_kwh ?? 0];
  if (feeAfter > 3 * feeBefore && feeAfter > 30_000) {
    warnings.push(feeBefore > 0 ? `The fee becomes ${Math.floor(feeAfter / feeBefore)} times as high.` : "The line had no fee before.");
  }
  const known = flows.filter((wh) => wh !== null);
  const isAbove = (limitWh: number | null, wh: number) => limitWh !== null && wh >= limitWh;
  const full = (terms: EdgeTerms) =>
    known.filter((wh) => isAbove(terms.capacity_up_wh, wh) || isAbove(terms.capacity_down_wh, -wh)).length;
  const [fullBefore, fullAfter] = [full(before), full(after)];
  if (fullAfter > fullBefore) {
    warnings.push(`Of the last ${known.length} slots, ${fullAfter} carried as much or more: the line would have been full (now ${fullBefore}).`);
  }
  return warnings;
}
