//! Slots close when their grace is over and enough blocks were made, and a halt makes nobody late.

use super::mock::*;
use crate::{ClosedThrough, Endings, Event, GenesisConfig, MAX_ENDINGS};
use deren_primitives::{ReadingVerdict, Slot};
use deren_runtime_apis::Metering as _;
use proptest::prelude::*;

#[test]
fn nothing_before_the_first_blocks_slot_is_open() {
    new_test_ext().execute_with(|| {
        assert_eq!(Metering::current_slot(), Slot(FIRST));
        assert_eq!(Metering::closed_through(), Slot(FIRST - 1));
        next_block();
        assert_eq!(ClosedThrough::<Test>::get(), Some(Slot(FIRST - 1)));
    });
}

/// The first block after the end of slot `FIRST + 1` is the one that the next block's beginning counts first.
#[test]
fn a_slot_closes_when_grace_is_over_and_two_blocks_were_made() {
    run(|| {
        set_grace(3);
        go_to(FIRST + 2);
        let first_after = System::block_number();
        next_block();
        assert_eq!(Metering::closed_through(), Slot(FIRST));
        next_block();
        assert_eq!(System::block_number(), first_after + 2);
        assert_eq!(Metering::closed_through(), Slot(FIRST + 1));
        let closed = Event::SlotsClosed { first: Slot(FIRST + 1), through: Slot(FIRST + 1) };
        assert!(events().contains(&RuntimeEvent::Metering(closed)));
    });
}

#[test]
fn blocks_do_not_close_a_slot_before_its_grace_is_over() {
    run(|| {
        set_grace(3);
        go_to(FIRST + 2);
        let end = now_ms();
        for ms in [500, 1_000, 1_500, 2_999] {
            block_at(end + ms);
        }
        block_at(end + 3_000);
        assert_eq!(Metering::closed_through(), Slot(FIRST), "the block before was still in the grace");
        block_at(end + 3_500);
        assert_eq!(Metering::closed_through(), Slot(FIRST + 1));
    });
}

#[test]
fn a_halt_of_the_chain_makes_nobody_late() {
    run(|| {
        set_grace(3);
        go_to(FIRST + 2);
        let mut grid = Meter::new(GRID);
        assert_eq!(verdict_of(grid.read(FIRST + 1, 10, 0)), ReadingVerdict::GOOD);
        // No block for a hundred slots; meters go on, and gateways send when there is a block again.
        let resumed = FIRST + 102;
        block_at(u64::from(resumed) * SLOT_MS);
        assert_eq!(Metering::closed_through(), Slot(FIRST), "only the slots before the halt can close");
        let anchored = anchor(System::block_number() - 1);
        let readings: Vec<_> = (FIRST + 2..resumed).map(|slot| grid.read(slot, 10, 0)).collect();
        for part in readings.chunks(64) {
            let part = part.iter().cloned().map(|mut reading| {
                reading.anchor = anchored;
                reading
            });
            assert!(submit(part.collect()).is_ok_and(|outcomes| outcomes.iter().all(|outcome| *outcome == good())));
        }
        next_block();
        assert_eq!(Metering::closed_through(), Slot(FIRST + 1));
        assert_eq!(shown(FIRST + 50).grid, Some(wh(10, 0)));
        // Two blocks for each of the hundred slots.
        let restart = System::block_number() - 1;
        while System::block_number() < restart + 199 {
            next_block();
            assert_eq!(Metering::closed_through(), Slot(FIRST + 1));
        }
        next_block();
        // With them what ended since the restart, and had its own blocks.
        let through = Metering::closed_through();
        assert!(through >= Slot(resumed - 1));
        let closed = Event::SlotsClosed { first: Slot(FIRST + 2), through };
        assert!(events().contains(&RuntimeEvent::Metering(closed)));
    });
}

/// All readings of the slots that ended during a halt come at once after it. They need as many blocks as if each slot
/// had ended by itself.
#[test]
fn each_slot_that_ended_during_a_halt_has_its_own_blocks() {
    run(|| {
        set_grace(3);
        let ended = 24;
        block_at(u64::from(FIRST + 1 + ended) * SLOT_MS);
        let (restart, mut closed_after) = (System::block_number(), Vec::new());
        for slot in FIRST + 1..FIRST + 1 + ended {
            while Metering::closed_through() < Slot(slot) {
                next_block();
            }
            closed_after.push(System::block_number() - restart);
        }
        assert!(closed_after.iter().all(|blocks| *blocks >= u64::from(2 * ended)), "{closed_after:?}");
        check_invariants();
    });
}

#[test]
fn more_markers_than_are_kept_become_one() {
    run(|| {
        set_grace(12_000);
        go_to(FIRST + 2 * MAX_ENDINGS);
        assert_eq!(Endings::<Test>::get().len(), MAX_ENDINGS as usize);
        assert_eq!(Metering::check_invariants(), Ok(()));
        set_grace(3);
        close(FIRST + 2 * MAX_ENDINGS - 1);
        assert_eq!(Endings::<Test>::get().len(), 0);
    });
}

#[test]
#[should_panic(expected = "slot_seconds")]
fn a_slot_of_no_time_is_no_genesis() {
    use frame_support::traits::BuildGenesisConfig;
    new_test_ext().execute_with(|| {
        GenesisConfig::<Test> { slot_seconds: 0, ..Default::default() }.build();
    });
}

#[test]
fn without_a_genesis_the_clock_is_productions() {
    sp_io::TestExternalities::default().execute_with(|| {
        let parameters = Metering::parameters();
        assert_eq!((parameters.slot_seconds, parameters.slots_per_era), (900, 96));
        assert!(parameters.grace_seconds >= 120 && !parameters.development);
        assert_eq!(Metering::current_slot(), Slot(0));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Slots close in order, whatever the times of blocks are. None closes before its grace, nor before two blocks were
    /// made in which its readings were in time.
    #[test]
    fn a_slot_never_closes_early(gaps in proptest::collection::vec(prop_oneof![1..4_000u64, 1..80_000u64], 1..60)) {
        new_test_ext().execute_with(|| {
            set_grace(3);
            next_block();
            let mut chances = std::collections::BTreeMap::new();
            let mut closed = Metering::closed_through();
            for gap in gaps {
                let before_ms = now_ms();
                block_at(before_ms + gap);
                let now_closed = Metering::closed_through();
                assert!(now_closed >= closed);
                for slot in closed.0 + 1..=now_closed.0 {
                    assert!(u64::from(slot + 1) * SLOT_MS + 3_000 <= before_ms);
                    assert!(chances.get(&slot).copied().unwrap_or(0) >= 2, "slot {slot}");
                }
                closed = now_closed;
                for slot in closed.0 + 1..Metering::current_slot().0 {
                    *chances.entry(slot).or_insert(0u32) += 1;
                }
                assert_eq!(Metering::check_invariants(), Ok(()));
            }
        });
    }
}
