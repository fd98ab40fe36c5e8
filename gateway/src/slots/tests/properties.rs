//! What holds for any script of samples, losses, resets, holds and restarts.

use super::super::*;
use codec::{Decode, Encode};
use deren_primitives::SlotClock;
use proptest::prelude::*;
use std::num::NonZeroU32;

#[derive(Clone, Debug)]
enum Act {
    /// Time passes, energy flows in both directions, a sample is taken.
    Sample { after_ms: u64, import_mwh: u64, export_mwh: u64 },
    /// Registers begin anew, and enough samples confirm it.
    Reset { after_ms: u64, at_mwh: u64 },
    /// One sample reads nothing.
    Zero { after_ms: u64 },
    /// The bounded wait is over.
    Close { after_ms: u64 },
    /// The process ends and starts again.
    Restart,
    /// The outbox is full, or no longer.
    Hold(bool),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (1..40_000u64, 0..5_000_000u64, 0..5_000_000u64)
            .prop_map(|(after_ms, import_mwh, export_mwh)| Act::Sample { after_ms, import_mwh, export_mwh }),
        2 => (1..2_000_000u64, 0..9_000_000u64, 0..9u64)
            .prop_map(|(after_ms, import_mwh, export_mwh)| Act::Sample { after_ms, import_mwh, export_mwh }),
        1 => (1..200_000u64, 1..50u64).prop_map(|(after_ms, at_mwh)| Act::Reset { after_ms, at_mwh }),
        1 => (1..5_000u64).prop_map(|after_ms| Act::Zero { after_ms }),
        2 => (1..100_000u64).prop_map(|after_ms| Act::Close { after_ms }),
        1 => Just(Act::Restart),
        1 => any::<bool>().prop_map(Act::Hold),
    ]
}

/// A device, its builder and all spans that came.
struct Script {
    rules: Rules,
    builder: SlotBuilder,
    now_ms: u64,
    registers: Registers,
    may_seal: bool,
    spans: Vec<Span>,
    /// Highest registers shown within each register epoch.
    shown: Vec<Registers>,
}

const CONFIRMATIONS: u8 = 3;

impl Script {
    fn new(slot_seconds: u32) -> Self {
        let clock = SlotClock::new(NonZeroU32::new(slot_seconds).expect("not zero"));
        let rules =
            Rules { clock, confirmations: CONFIRMATIONS, boundary_wait_ms: 5_000, max_power: None, has_serial: true };
        let registers = Registers { import_mwh: 1_000_000, export_mwh: 1_000_000 };
        Self {
            rules,
            builder: SlotBuilder::new(rules, Progress::default()),
            now_ms: 1_000_000,
            registers,
            may_seal: true,
            spans: Vec::new(),
            shown: vec![registers],
        }
    }

    fn sample(&mut self, registers: Registers) -> Note {
        let point = Point { at_ms: self.now_ms, registers };
        let outcome = self.builder.take(Observation::plain(point), self.may_seal);
        self.spans.extend(outcome.spans);
        outcome.note
    }

    fn run(&mut self, act: Act) {
        match act {
            Act::Sample { after_ms, import_mwh, export_mwh } => {
                self.now_ms += after_ms;
                self.registers.import_mwh += import_mwh;
                self.registers.export_mwh += export_mwh;
                let note = self.sample(self.registers);
                if note == Note::Taken {
                    *self.shown.last_mut().expect("never empty") = self.registers;
                }
            }
            Act::Reset { after_ms, at_mwh } => {
                let progress = self.builder.progress();
                let low = progress.last.is_none_or(|last| last.registers.import_mwh <= 100);
                if low || progress.reset.is_some() || progress.next_slot.is_none() {
                    return;
                }
                self.registers = Registers { import_mwh: at_mwh, export_mwh: at_mwh };
                // A zero just before makes the evidence weak: then it takes five times the samples.
                for _ in 0..5 * CONFIRMATIONS {
                    self.now_ms += after_ms;
                    let note = self.sample(self.registers);
                    self.builder.identity_seen();
                    if note == Note::ResetConfirmed {
                        break;
                    }
                }
                self.shown.push(self.registers);
            }
            Act::Zero { after_ms } => {
                self.now_ms += after_ms;
                if self.builder.progress().last.is_some() {
                    self.sample(Registers::default());
                }
            }
            Act::Close { after_ms } => {
                self.now_ms += after_ms;
                self.spans.extend(self.builder.close(self.now_ms, self.may_seal));
            }
            Act::Restart => {
                let stored = self.builder.progress().encode();
                let progress = Progress::decode(&mut &stored[..]).expect("its own bytes");
                self.builder = SlotBuilder::new(self.rules, progress);
            }
            Act::Hold(hold) => self.may_seal = !hold,
        }
    }
}

fn total(registers: Registers) -> u64 {
    registers.import_mwh + registers.export_mwh
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn spans_meet_and_lose_and_invent_nothing(
        slot_seconds in prop_oneof![Just(12u32), Just(60), Just(900)],
        acts in proptest::collection::vec(act(), 1..120),
    ) {
        let mut script = Script::new(slot_seconds);
        for act in acts {
            script.run(act);
        }
        for pair in script.spans.windows(2) {
            prop_assert_eq!(pair[0].end_slot(), pair[1].first_slot);
            if pair[0].register_epoch == pair[1].register_epoch {
                prop_assert!(pair[1].registers.continues(&pair[0].registers));
            } else {
                prop_assert!(pair[1].quality.contains(Quality::EPOCH_RAISED));
            }
        }
        for span in &script.spans {
            prop_assert!(span.registers.is_forward());
            prop_assert!(span.slot_count >= 1);
            prop_assert!(span.slot_count == 1 || span.samples.is_empty());
            prop_assert!(!span.samples.is_empty() || span.quality.contains(Quality::ESTIMATED));
            prop_assert!(span.samples.windows(2).all(|pair| pair[0].time_ms < pair[1].time_ms));
            let RegisterSpan { import_open_mwh, import_close_mwh, export_open_mwh, export_close_mwh } = span.registers;
            for sample in &span.samples {
                prop_assert!(sample.time_ms < slot_seconds * 1000);
                prop_assert!((import_open_mwh..=import_close_mwh).contains(&sample.import_mwh));
                prop_assert!((export_open_mwh..=export_close_mwh).contains(&sample.export_mwh));
            }
        }
        // Everything that was shown since the first boundary is in a span, or still open: no more and no less.
        if let Some(first) = script.spans.first() {
            let progress = script.builder.progress();
            let spans: u64 = script.spans.iter().map(|span| {
                span.registers.import_close_mwh - span.registers.import_open_mwh
                    + span.registers.export_close_mwh - span.registers.export_open_mwh
            }).sum();
            let last = progress.last.expect("spans came of samples").registers;
            let open = match progress.reset {
                Some(reset) => total(reset.old_close) - total(progress.open) + total(last) - total(reset.new_open),
                None => total(last) - total(progress.open),
            };
            let first_open = first.registers.import_open_mwh + first.registers.export_open_mwh;
            let shown: u64 = script.shown.iter().enumerate().skip(first.register_epoch as usize).map(|(epoch, top)| {
                let from = if epoch == first.register_epoch as usize { first_open } else { 0 };
                total(*top) - from
            }).sum();
            // A new epoch opens at what it showed first, at most twice 50 mWh above nothing.
            let unopened = 100 * script.shown.len() as u64;
            prop_assert!(spans + open <= shown);
            prop_assert!(spans + open + unopened >= shown);
        }
    }

    #[test]
    fn a_boundary_lies_between_its_neighbours(
        from in 0..u64::MAX / 2, step in 0..u64::MAX / 2, at_ms in 0..1_000_000u64, gap_ms in 1..1_000_000u64,
        part in 0..1_000_000u64,
    ) {
        let earlier = Point { at_ms, registers: Registers { import_mwh: from, export_mwh: 0 } };
        let later = Point { at_ms: at_ms + gap_ms, registers: Registers { import_mwh: from + step, export_mwh: 0 } };
        let at = earlier.towards(later, at_ms + part % (gap_ms + 1));
        prop_assert!(from <= at.import_mwh && at.import_mwh <= from + step);
        let sooner = earlier.towards(later, at_ms + part % (gap_ms + 1) / 2);
        prop_assert!(sooner.import_mwh <= at.import_mwh);
    }

    #[test]
    fn any_bytes_decode_or_fail_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Progress::decode(&mut &bytes[..]);
    }
}
