/**
 * Whether an account's money is enough for a buy order. It is not if the first settlement pauses the order, or if the
 * owner can then not pay for changing it. Pure; all in µ€.
 */
import type { Account, OrderStep, Side } from "../api/types";
import { divideUp, exact } from "../units/decimal";

/** For how many slots a buy order holds money: `HoldSlots` of the chain. */
export const HOLD_SLOTS = 4n;
/** How many slots before a change are usually not settled: the one that runs, and the one before. */
const FORMER_SLOTS = 2n;
/** What stays free for the fees of some twenty calls: 5 ct. */
export const FEES_UEUR = 50_000n;
/** More than a single call has ever cost: 1 ct. */
export const CALL_FEE_UEUR = 10_000n;

/** The most that one slot of these steps can cost: each step at its limit, each rounded up. */
export function slotUeur(steps: readonly OrderStep[]): bigint {
  return steps.reduce((sum, step) => sum + divideUp(exact(step.limit_ueur_per_kwh) * exact(step.cap_wh), 1000n), 0n);
}

/** What an order of these steps holds. */
export function holdUeur(steps: readonly OrderStep[]): bigint {
  return slotUeur(steps) * HOLD_SLOTS;
}

/** What is free, what is on hold for the order that stands, and what slots before a change can cost by that order. */
export type Funds = { freeUeur: bigint; heldUeur: bigint; formerUeur: bigint };

/** The funds beside an active order. What the chain holds for slots before that order's first goes with these. */
export function fundsBeside(freeUeur: bigint, { steps, held_ueur }: { steps: readonly OrderStep[]; held_ueur: number }): Funds {
  return { freeUeur, heldUeur: least(exact(held_ueur), holdUeur(steps)), formerUeur: slotUeur(steps) * FORMER_SLOTS };
}

/**
 * How much is missing for these steps; 0 if nothing is. Beyond the hold, one slot's cost must be free. The chain takes
 * it out of the hold at the next settlement, and pauses the order if it cannot fill the hold again.
 */
export function missingUeur(side: Side, steps: readonly OrderStep[], { freeUeur, heldUeur, formerUeur }: Funds): bigint {
  if (side === "sell") return 0n;
  const more = holdUeur(steps) + formerUeur - heldUeur;
  const needed = (more > 0n ? more : 0n) + slotUeur(steps) + FEES_UEUR;
  return needed > freeUeur ? needed - freeUeur : 0n;
}

/** The same limits with smaller amounts, as large as the money allows; null if it allows none. */
export function affordable(side: Side, steps: readonly OrderStep[], funds: Funds): OrderStep[] | null {
  const whole = slotUeur(steps);
  const freeUeur = funds.freeUeur;
  const heldUeur = funds.heldUeur - funds.formerUeur;
  // Either the hold must grow, which with a slot's cost makes five slots; or what is on hold is enough.
  const growing = (freeUeur + heldUeur - FEES_UEUR) / (HOLD_SLOTS + 1n);
  const standing = least(freeUeur - FEES_UEUR, heldUeur / HOLD_SLOTS);
  // Each step's cost is rounded up once more.
  const budget = (growing > standing ? growing : standing) - exact(steps.length);
  if (whole <= 0n || budget <= 0n) return null;
  const lowered = steps
    .map((step) => ({ ...step, cap_wh: Number(least((exact(step.cap_wh) * budget) / whole, exact(step.cap_wh))) }))
    .filter((step) => step.cap_wh > 0);
  return lowered.length > 0 && missingUeur(side, lowered, funds) === 0n ? lowered : null;
}

/** What can be drawn out of a purse: what is free in it, without the call's fee if the EUR outside may not pay that. */
export function drawableUeur({ purse_free_ueur, eur_outside_ueur }: Pick<Account, "purse_free_ueur" | "eur_outside_ueur">): bigint {
  const inPurse = exact(purse_free_ueur ?? 0);
  const rest = exact(eur_outside_ueur ?? 0) < CALL_FEE_UEUR ? inPurse - CALL_FEE_UEUR : inPurse;
  return rest > 0n ? rest : 0n;
}

const least = (a: bigint, b: bigint) => (a < b ? a : b);
