//! Over thirty days a site sells at most 2% and two register steps more than it shows.

use deren_market::{Claim, Energies, ExcessHistory, SlotEnergies, TradedSlot, verify_excess};
use deren_primitives::{DeviceRole, Slot};
use proptest::prelude::*;

const STEP_MWH: u32 = 10_000;

fn claim(surplus_wh: u64, corroborated_wh: u64, shown_wh: u64) -> Claim {
    Claim { surplus_wh, corroborated_wh, shown_wh, register_step_mwh: STEP_MWH }
}

/// Judges slots one after the other, each so many slots after the one before.
fn judge(claims: impl IntoIterator<Item = (u32, Claim)>, slots_per_day: u32) -> Vec<TradedSlot> {
    let (mut history, mut slot) = (ExcessHistory::default(), Slot(96 * 20_833 - 1));
    let judged = claims.into_iter().map(|(step, claim)| {
        slot = slot.plus(step.max(1));
        let traded_wh = history.judge(slot, slots_per_day, &claim);
        assert!(history.is_whole(slots_per_day));
        TradedSlot { slot, claim, traded_wh }
    });
    judged.collect()
}

fn sold_wh(slots: &[TradedSlot]) -> u64 {
    slots.iter().map(|slot| slot.traded_wh).sum()
}

#[test]
fn a_register_step_is_no_income() {
    // 20 Wh of nothing in each slot of thirty days: once, and not 2 880 times.
    let month = judge((0..2_880).map(|_| (1, claim(20, 0, 0))), 96);
    assert_eq!(sold_wh(&month), 20);
}

#[test]
fn five_percent_in_every_slot_are_two_percent_of_a_month() {
    let month = judge((0..2_880).map(|_| (1, claim(1_050, 1_000, 1_000))), 96);
    assert_eq!(sold_wh(&month), 2_880_000 * 102 / 100 + 20);
}

#[test]
fn what_was_sold_too_much_is_forgotten_after_thirty_days() {
    let mut history = ExcessHistory::default();
    let above = claim(20, 0, 0);
    assert_eq!(history.judge(Slot(960), 96, &above), 20);
    assert_eq!(history.judge(Slot(960 + 30 * 96 - 1), 96, &above), 0);
    assert_eq!(history.judge(Slot(960 + 30 * 96), 96, &above), 20);
}

#[test]
fn a_slot_is_judged_once_and_in_its_turn() {
    let mut history = ExcessHistory::default();
    assert_eq!(history.judge(Slot(100), 1, &claim(102, 100, 100)), 102);
    let before = history;
    assert_eq!(history.judge(Slot(100), 1, &claim(102, 100, 100)), 100);
    assert_eq!(history.judge(Slot(99), 1, &claim(102, 100, 100)), 100);
    assert_eq!(history, before);
}

#[test]
fn rounding_that_comes_and_goes_is_no_excess() {
    // A register of whole 10 Wh shows 10 Wh too much in one slot and too little in the next.
    let sunny = (0..2_880).map(|place| (1, if place % 2 == 0 { claim(40, 30, 30) } else { claim(20, 20, 30) }));
    let month = judge(sunny, 96);
    assert_eq!(sold_wh(&month), 1_440 * 60);
}

#[test]
fn a_verifier_finds_what_trades_too_much() {
    let mut month = judge((0..200).map(|_| (1, claim(1_050, 1_000, 1_000))), 96);
    assert_eq!(verify_excess(&month, 96), Ok(()));
    month[150].traded_wh = 1_050;
    assert_eq!(verify_excess(&month, 96), Err(month[150].slot));
    month[150].traded_wh = 999;
    assert_eq!(verify_excess(&month, 96), Err(month[150].slot));
    month[150].traded_wh = 1_051;
    assert_eq!(verify_excess(&month, 96), Err(month[150].slot));
}

fn any_claim() -> impl Strategy<Value = (u32, Claim)> {
    let energies = (0..1_100u64, 0..200u64, 0..1_000u64, 0..60u64, 0..1_000u64, 0..60u64);
    (prop_oneof![8 => Just(1u32), 1 => 1..200u32], energies).prop_map(|(step, all)| {
        let mut energies = SlotEnergies::default();
        let wh = |import_wh, export_wh| Energies { import_wh, export_wh };
        energies.add(DeviceRole::Grid, STEP_MWH, wh(all.1, all.0));
        energies.add(DeviceRole::Production, STEP_MWH, wh(all.3, all.2));
        energies.add(DeviceRole::Storage, STEP_MWH, wh(all.5, all.4));
        (step, energies.claim().expect("a grid meter"))
    })
}

/// As a cheat would: in each slot it claims all that the slot's own tolerance takes.
fn greedy() -> impl Strategy<Value = (u32, Claim)> {
    (1..4u32, 0..2_000u64).prop_map(|(step, shown)| (step, claim(shown * 105 / 100 + 20, shown, shown)))
}

/// The most that may be sold of what was shown, in mWh.
fn most_mwh(slots: &[TradedSlot], months: u64) -> u64 {
    slots.iter().map(|slot| slot.claim.shown_wh).sum::<u64>() * 1_020 + months * 2 * u64::from(STEP_MWH)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whenever an excess trades, it is within the thirty days that end there, by a calculation of its own.
    #[test]
    fn no_excess_trades_that_thirty_days_do_not_bear(
        claims in prop::collection::vec(prop_oneof![any_claim(), greedy()], 1..300), slots_per_day in 1..20u32,
    ) {
        let slots = judge(claims, slots_per_day);
        prop_assert_eq!(verify_excess(&slots, slots_per_day), Ok(()));
        for slot in &slots {
            prop_assert!(slot.traded_wh >= slot.claim.corroborated_wh && slot.traded_wh <= slot.claim.surplus_wh);
        }
    }

    /// In all: 2% of what was ever shown, and two steps for each thirty days begun. Windows that end with an excess and
    /// do not overlap hold all excesses, which is the proof.
    #[test]
    fn nobody_sells_more_than_two_percent_above_what_is_shown(
        claims in prop::collection::vec(greedy(), 1..600), slots_per_day in 1..20u32,
    ) {
        let slots = judge(claims, slots_per_day);
        let (first, last) = (slots[0].slot, slots[slots.len() - 1].slot);
        let months = u64::from(last.since(first) / (slots_per_day * 29 + 1)) + 1;
        prop_assert!(sold_wh(&slots) * 1_000 <= most_mwh(&slots, months));
        if last.0 / slots_per_day - first.0 / slots_per_day < 30 {
            prop_assert!(sold_wh(&slots) * 1_000 <= most_mwh(&slots, 1), "within thirty days");
        }
    }

    #[test]
    fn extreme_claims_are_judged_without_overflow(wh in any::<(u64, u64, u64)>(), slot in any::<u32>(), day in any::<u32>()) {
        let mut history = ExcessHistory::default();
        let claim = Claim { surplus_wh: wh.0, corroborated_wh: wh.1, shown_wh: wh.2, register_step_mwh: u32::MAX };
        let _ = history.judge(Slot(slot), day, &claim);
        let _ = history.judge(Slot(u32::MAX), day, &claim);
    }
}
