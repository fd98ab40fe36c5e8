//! A clock is believed only as far as somebody vouches for it.

use super::*;
use proptest::prelude::*;
use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering::SeqCst},
};

const MAX: Duration = Duration::from_secs(5);
const DAY_MS: u64 = 86_400_000;

/// A machine whose clocks a test sets.
#[derive(Clone, Default)]
struct Faked {
    wall_ms: Arc<AtomicU64>,
    boot_ms: Arc<AtomicU64>,
    /// 0: not steered.
    kernel_ms: Arc<AtomicU32>,
}

impl Machine for Faked {
    fn wall_ms(&self) -> u64 {
        self.wall_ms.load(SeqCst)
    }

    fn boot_ms(&self) -> u64 {
        self.boot_ms.load(SeqCst)
    }

    fn kernel_error_ms(&self) -> Option<u32> {
        Some(self.kernel_ms.load(SeqCst)).filter(|ms| *ms > 0)
    }
}

impl Faked {
    /// Of the second day since 1970.
    fn new(kernel_ms: u32) -> Self {
        let machine = Self::default();
        machine.wall_ms.store(DAY_MS, SeqCst);
        machine.boot_ms.store(1_000, SeqCst);
        machine.kernel_ms.store(kernel_ms, SeqCst);
        machine
    }

    fn with_clock(kernel_ms: u32) -> (Self, Clock) {
        let machine = Self::new(kernel_ms);
        let clock = Clock::with_machine(false, MAX, 0, Box::new(machine.clone()));
        (machine, clock)
    }

    fn pass(&self, ms: u64) {
        self.wall_ms.fetch_add(ms, SeqCst);
        self.boot_ms.fetch_add(ms, SeqCst);
    }

    fn steer(&self, kernel_ms: u32) {
        self.kernel_ms.store(kernel_ms, SeqCst);
    }

    fn set(&self, by_ms: i64) {
        self.wall_ms.store(self.wall_ms().saturating_add_signed(by_ms), SeqCst);
    }
}

/// Shows `clock` blocks every six seconds that are made at our time plus `ahead_ms`.
fn blocks(machine: &Faked, clock: &Clock, count: usize, ahead_ms: i64) {
    for _ in 0..count {
        machine.pass(6_000);
        clock.state();
        clock.see_block(machine.wall_ms().saturating_add_signed(ahead_ms));
    }
}

#[test]
fn a_clock_for_which_nobody_vouches_is_unknown() {
    let state = Faked::with_clock(0).1.state();
    assert_eq!(state, ClockState::Unknown);
    assert!(state.complaint().expect("a reason").contains("timedatectl"));
}

#[test]
fn the_kernel_vouches_and_its_bound_is_the_error() {
    assert_eq!(Faked::with_clock(12).1.state(), ClockState::Synchronised { error_ms: 12 });
}

#[test]
fn a_kernel_that_is_less_sure_than_allowed_does_not_vouch() {
    assert_eq!(Faked::with_clock(5_001).1.state(), ClockState::Unknown);
}

#[test]
fn when_nobody_vouches_any_more_the_error_grows_by_the_drift_until_it_is_lost() {
    let (machine, clock) = Faked::with_clock(12);
    clock.state();
    machine.steer(0);
    machine.pass(3_600_000);
    assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 12 + 360 });
    machine.pass(DAY_MS);
    assert_eq!(clock.state(), ClockState::Lost { error_ms: 12 + 360 + 8_640 });
    assert_eq!(clock.state().complaint(), None);
}

#[test]
fn a_development_chain_is_enough_and_another_is_not() {
    let (_, clock) = Faked::with_clock(0);
    clock.see_block(DAY_MS - 400);
    assert_eq!(clock.state(), ClockState::Unknown);
    clock.trust_chain_alone(true);
    assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 400 });
    clock.see_block(DAY_MS - 100);
    assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 100 });
}

#[test]
fn blocks_that_show_another_time_than_the_kernel_stop_signing() {
    for ahead_ms in [-60_000, 60_000] {
        let (machine, clock) = Faked::with_clock(20);
        blocks(&machine, &clock, 3, ahead_ms);
        assert!(matches!(clock.state(), ClockState::Synchronised { .. }), "three blocks are too few");
        blocks(&machine, &clock, 1, ahead_ms);
        assert_eq!(clock.state(), ClockState::Disputed { apart_ms: 60_000 });
        assert!(clock.state().complaint().expect("a reason").contains("60 s apart"));
        blocks(&machine, &clock, 1, -100);
        assert!(matches!(clock.state(), ClockState::Synchronised { .. }), "one block that agrees ends it");
    }
}

#[test]
fn what_lies_within_error_and_block_interval_is_no_dispute() {
    let (machine, clock) = Faked::with_clock(20);
    blocks(&machine, &clock, 16, -8_000);
    assert!(matches!(clock.state(), ClockState::Synchronised { .. }));
    blocks(&machine, &clock, 16, -8_100);
    assert!(matches!(clock.state(), ClockState::Disputed { .. }));
}

#[test]
fn a_node_that_catches_up_is_no_witness() {
    let (machine, clock) = Faked::with_clock(20);
    for number in 0..200 {
        machine.pass(50);
        clock.see_block(DAY_MS / 2 + number * 6_000);
    }
    assert!(matches!(clock.state(), ClockState::Synchronised { .. }));
}

#[test]
fn a_dispute_ends_with_the_connection_that_showed_it() {
    let (machine, clock) = Faked::with_clock(20);
    blocks(&machine, &clock, 8, -60_000);
    assert!(matches!(clock.state(), ClockState::Disputed { .. }));
    machine.pass(700_000);
    assert!(matches!(clock.state(), ClockState::Synchronised { .. }));
}

#[test]
fn a_clock_behind_its_high_water_mark_signs_nothing_until_it_has_caught_up() {
    let machine = Faked::new(12);
    let clock = Clock::with_machine(false, MAX, DAY_MS + 3_000, Box::new(machine.clone()));
    assert_eq!(clock.state(), ClockState::Behind { by_ms: 3_000 });
    assert!(clock.state().complaint().expect("a reason").contains("3 s behind"));
    machine.pass(3_000);
    assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 12 });
    clock.raise_high_water(DAY_MS + 60_000);
    clock.raise_high_water(5);
    assert_eq!(clock.state(), ClockState::Behind { by_ms: 57_000 });
}

#[test]
fn even_an_owner_who_vouches_does_not_turn_time_back() {
    let machine = Faked::new(0);
    let clock = Clock::with_machine(true, MAX, DAY_MS + 1, Box::new(machine.clone()));
    assert_eq!(clock.state(), ClockState::Behind { by_ms: 1 });
    machine.pass(1);
    assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 0 });
}

#[test]
fn a_jump_forwards_or_backwards_is_noticed_and_ends_all_trust() {
    for by_ms in [3_600_000, -3_600_000, 300, -300] {
        let (machine, clock) = Faked::with_clock(12);
        clock.state();
        machine.steer(0);
        machine.pass(10_000);
        assert!(matches!(clock.state(), ClockState::Synchronised { .. }));
        machine.set(by_ms);
        machine.pass(100);
        assert_eq!(clock.state(), ClockState::Unknown);
        assert_eq!((clock.take_jump(), clock.take_jump()), (Some(by_ms), None));
        machine.steer(9);
        assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 9 });
    }
}

#[test]
fn a_sleep_and_a_gentle_correction_are_no_jumps() {
    let (machine, clock) = Faked::with_clock(12);
    clock.state();
    machine.pass(8 * 3_600_000);
    machine.set(5_000);
    clock.state();
    machine.pass(1_000);
    machine.set(-200);
    clock.state();
    assert_eq!(clock.take_jump(), None);
}

#[test]
fn asking_this_machine_works() {
    let before = (ThisMachine.wall_ms(), ThisMachine.boot_ms());
    assert!(before.0 > 0 && before.1 > 0);
    let _ = ThisMachine.kernel_error_ms();
    assert!(ThisMachine.boot_ms() >= before.1);
}

proptest! {
    /// Whatever happens, nothing is signed at a time before one that was good.
    #[test]
    fn time_that_counts_never_goes_back(
        steps in proptest::collection::vec((0..100_000u64, -100_000..100_000i64, 0..8_000u32), 1..60),
    ) {
        let (machine, clock) = Faked::with_clock(1);
        let mut newest_ms = 0;
        for (pass_ms, set_ms, kernel_ms) in steps {
            machine.pass(pass_ms);
            machine.set(set_ms);
            machine.steer(kernel_ms);
            let state = clock.state();
            if state.complaint().is_none() {
                prop_assert!(machine.wall_ms() >= newest_ms);
                newest_ms = machine.wall_ms();
                clock.raise_high_water(newest_ms);
            }
        }
    }
}
