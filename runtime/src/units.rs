//! The chain's units of money and time, and what time a block may take.

use crate::{Balance, BlockNumber};
use frame_support::weights::{Weight, constants::WEIGHT_REF_TIME_PER_SECOND};
use sp_runtime::Perbill;

/// Digits of REN after the point.
pub const REN_DECIMALS: u8 = 12;
/// One REN in its smallest unit.
pub const REN: Balance = 1_000_000_000_000;
/// A thousandth of a REN.
pub const MILLI_REN: Balance = REN / 1_000;
/// One euro in µ€.
pub const EUR: Balance = 1_000_000;
/// Digits of EUR after the point.
pub const EUR_DECIMALS: u8 = 6;
/// The asset that stands for prepaid euros.
pub const EUR_ASSET: u32 = 1;
/// REN's smallest units for one µ€ of transaction fees, until the administration sets another rate: 10 REN a euro.
pub const INITIAL_REN_PER_UEUR: u32 = 10_000_000;

/// Milliseconds from one block to the next.
pub const BLOCK_MS: u64 = 3_000;
/// Blocks of an hour.
pub const BLOCKS_PER_HOUR: BlockNumber = 1_200;
/// Blocks of a day.
pub const BLOCKS_PER_DAY: BlockNumber = 28_800;

/// Two hours. One block in four is made by lot, and the randomness of an epoch counts only if 257 of them went into it.
/// 2 400 slots bring 600.
pub const EPOCH_SLOTS: u64 = 2_400;
/// How many sessions back a validator can still be held to account: a week.
pub const ACCOUNTABLE_SESSIONS: u32 = 84;

/// How long a block may take to run: 2 of its 3 seconds.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2), u64::MAX);
/// How long a block may be: some 27 000 readings, of which its limits let less than half in.
pub const MAX_BLOCK_BYTES: u32 = 6_553_600;

/// This share of a block's weight, rounded down.
pub fn share_of(ratio: Perbill, weight: Weight) -> Weight {
    Weight::from_parts(ratio.mul_floor(weight.ref_time()), ratio.mul_floor(weight.proof_size()))
}
