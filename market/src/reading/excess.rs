//! How much a site may sell above what its production and storage show, over thirty days. A slot's tolerance is for
//! boundaries and rounding, which come and go; used in every slot it would sell energy that never was. It must never
//! let an excess trade that the last thirty days do not bear.

use super::rating::two_steps_mwh;
use crate::Claim;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::Slot;
use scale_info::TypeInfo;

/// How many days are looked at together.
pub const EXCESS_DAYS: u32 = 30;
/// The part of what these days show that may trade above it, in thousandths.
const EXCESS_PERMILLE: u128 = 20;

/// One day's sums.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ExcessDay {
    /// The day's number: its slots divided by the slots of a day.
    pub day: u32,
    /// What traded above what was shown, less what slots that sold less gave back.
    pub excess_wh: u64,
    /// What production and storage showed.
    pub shown_wh: u64,
}

/// What a site sold above what it shows. Each day has its place, so that nothing needs to be moved or removed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ExcessHistory {
    /// The newest slot that was judged.
    pub judged_through: Slot,
    /// The days, each at its number modulo their count.
    pub days: [ExcessDay; EXCESS_DAYS as usize],
}

impl ExcessHistory {
    /// Judges a slot, each once and in their order, and returns how many Wh of it trade. What is shown trades. What is
    /// claimed above it trades up to a bound: 2% of what the thirty days up to this slot show, and two register steps.
    /// Of a slot that was judged before, or passed over, only what is shown trades.
    pub fn judge(&mut self, slot: Slot, slots_per_day: u32, claim: &Claim) -> u64 {
        if self.judged_through >= slot {
            return claim.corroborated_wh;
        }
        self.judged_through = slot;
        let today = slot.0.checked_div(slots_per_day).unwrap_or(slot.0);
        let (mut excess_wh, mut shown_wh) = self.sums(today);
        shown_wh = shown_wh.saturating_add(claim.shown_wh.into());
        excess_wh = most_wh(shown_wh, claim.register_step_mwh).saturating_sub(excess_wh);
        let granted_wh = claim.excess_wh().min(u64::try_from(excess_wh).unwrap_or(u64::MAX));
        let place = today.checked_rem(EXCESS_DAYS).and_then(|place| usize::try_from(place).ok()).unwrap_or(0);
        if let Some(entry) = self.days.get_mut(place) {
            if entry.day != today {
                *entry = ExcessDay { day: today, ..ExcessDay::default() };
            }
            entry.shown_wh = entry.shown_wh.saturating_add(claim.shown_wh);
            entry.excess_wh = entry.excess_wh.saturating_add(granted_wh).saturating_sub(claim.given_back_wh());
        }
        claim.corroborated_wh.saturating_add(granted_wh)
    }

    /// Excess and energy shown of the thirty days that end with `today`.
    fn sums(&self, today: u32) -> (u128, u128) {
        let counts = |entry: &&ExcessDay| entry.day <= today && today.saturating_sub(entry.day) < EXCESS_DAYS;
        self.days.iter().filter(counts).fold((0, 0), |(excess, shown): (u128, u128), entry| {
            (excess.saturating_add(entry.excess_wh.into()), shown.saturating_add(entry.shown_wh.into()))
        })
    }

    /// True if each day stands at its place, and none is newer than the newest slot.
    pub fn is_whole(&self, slots_per_day: u32) -> bool {
        let newest = self.judged_through.0.checked_div(slots_per_day).unwrap_or(u32::MAX);
        self.days.iter().zip(0u32..).all(|(entry, place)| {
            *entry == ExcessDay::default() || (entry.day <= newest && entry.day.checked_rem(EXCESS_DAYS) == Some(place))
        })
    }
}

/// The most that may trade above what is shown, whole Wh.
fn most_wh(shown_wh: u128, register_step_mwh: u32) -> u128 {
    shown_wh.saturating_mul(EXCESS_PERMILLE).saturating_add(two_steps_mwh(register_step_mwh.into())) / 1_000
}

/// A slot as it was judged, for [`verify_excess`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradedSlot {
    /// Which one.
    pub slot: Slot,
    /// What its readings claim.
    pub claim: Claim,
    /// What of it could be sold.
    pub traded_wh: u64,
}

/// Checks a site's slots, in their order from its first one on, without any code of [`ExcessHistory`].
///
/// # Errors
/// The first slot that trades more than is claimed, or less than is shown, or an excess that its thirty days do not
/// bear.
pub fn verify_excess(slots: &[TradedSlot], slots_per_day: u32) -> Result<(), Slot> {
    let day = |slot: Slot| slot.0.checked_div(slots_per_day).unwrap_or(slot.0);
    for (place, now) in slots.iter().enumerate() {
        let Some(above_wh) = now.traded_wh.checked_sub(now.claim.corroborated_wh) else { return Err(now.slot) };
        if now.traded_wh > now.claim.surplus_wh {
            return Err(now.slot);
        }
        let earlier = slots.iter().take(place.saturating_add(1));
        let month = earlier.filter(|other| day(other.slot).saturating_add(EXCESS_DAYS) > day(now.slot));
        let (mut sold, mut shown) = (0u128, 0u128);
        for other in month {
            sold = sold.saturating_add(other.traded_wh.into());
            shown = shown.saturating_add(other.claim.shown_wh.into());
        }
        let steps_mwh = u128::from(now.claim.register_step_mwh).saturating_mul(2);
        let most_mwh = shown.saturating_mul(1_020).saturating_add(steps_mwh);
        if above_wh > 0 && sold.saturating_mul(1_000) > most_mwh {
            return Err(now.slot);
        }
    }
    Ok(())
}
