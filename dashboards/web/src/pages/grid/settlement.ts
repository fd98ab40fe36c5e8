/** The settlement table's sums, exact, with the proof that nothing is lost: what is paid all goes somewhere. Pure. */
import type { Slot } from "../../api/types";
import { exact } from "../../units/decimal";

/** One slot's money, or the sum of many, in µ€ (and Wh). */
export type Sums = {
  volumeWh: bigint;
  paid: bigint;
  received: bigint;
  networkFees: bigint;
  rent: bigint;
  protocolFee: bigint;
  dust: bigint;
};

export const ZERO: Sums = { volumeWh: 0n, paid: 0n, received: 0n, networkFees: 0n, rent: 0n, protocolFee: 0n, dust: 0n };

export function sumsOf(slot: Slot): Sums {
  return {
    volumeWh: exact(slot.volume_wh),
    paid: exact(slot.paid_ueur),
    received: exact(slot.received_ueur),
    networkFees: exact(slot.network_fees_ueur),
    rent: exact(slot.congestion_rent_ueur),
    protocolFee: exact(slot.protocol_fee_ueur),
    dust: exact(slot.dust_ueur),
  };
}

export function add(a: Sums, b: Sums): Sums {
  return {
    volumeWh: a.volumeWh + b.volumeWh,
    paid: a.paid + b.paid,
    received: a.received + b.received,
    networkFees: a.networkFees + b.networkFees,
    rent: a.rent + b.rent,
    protocolFee: a.protocolFee + b.protocolFee,
    dust: a.dust + b.dust,
  };
}

/** Paid − received − network fees − rent − protocol fee − dust: 0 if the books are right. */
export function difference(sums: Sums): bigint {
  return sums.paid - sums.received - sums.networkFees - sums.rent - sums.protocolFee - sums.dust;
}

/** The slots whose money has moved. */
export function settled(slots: readonly Slot[]): Slot[] {
  return slots.filter((slot) => slot.state === "settled");
}
