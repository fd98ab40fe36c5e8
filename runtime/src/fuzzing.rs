//! What fuzzing calls, and the tests that give the runtime inputs without libFuzzer. Any bytes become blocks of calls
//! of twenty accounts in three markets. After each block everything that must hold is checked. Built only for these; it
//! must never be part of a program.
//!
//! Every call of the runtime is tried, those included that are added tomorrow: arguments come from the metadata.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "not part of a chain's runtime"
)]

pub(crate) mod blocks;
mod bytes;
mod coverage;
mod dispatching;
mod invariants;
mod maker;
mod makers;
mod people;
mod readings;
#[cfg(test)]
#[path = "../../fuzz/replay.rs"]
mod replay;
mod shapes;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod world;

pub use coverage::{Coverage, Tally};
pub use shapes::Name;

use crate::{Executive, RuntimeEvent, System, units::BLOCK_MS};
use bytes::Bytes;
use codec::Encode;
use deren_primitives::IntervalReading;
use invariants::Books;
use maker::Maker;
use people::People;
use shapes::Shapes;
use sp_io::TestExternalities;
use std::cell::RefCell;
use table::Table;

/// The most calls of a block.
const MAX_CALLS: usize = 50;
/// A block more often than this an input does not make.
const MAX_BLOCKS: usize = 400;

/// The first state, and all that inputs are read with.
struct Fuzzer {
    state: TestExternalities,
    shapes: Shapes,
    table: Table,
    people: People,
    coverage: Coverage,
}

thread_local! {
    static FUZZER: RefCell<Fuzzer> = RefCell::new(Fuzzer::new());
}

/// Gives an input to the runtime: blocks of calls. A panic is a fault.
pub fn runtime(data: &[u8]) {
    FUZZER.with_borrow_mut(|fuzzer| fuzzer.run(data));
}

/// What this thread's inputs have covered.
pub fn coverage() -> Coverage {
    FUZZER.with_borrow(|fuzzer| fuzzer.coverage.clone())
}

impl Fuzzer {
    fn new() -> Self {
        let shapes = Shapes::new();
        let table = Table::new(&shapes);
        let people = TestExternalities::new_empty().execute_with(People::new);
        let mut fuzzer =
            Self { state: TestExternalities::new_empty(), shapes, table, people, coverage: Coverage::default() };
        fuzzer.build_world();
        fuzzer
    }

    fn build_world(&mut self) {
        let Self { state, shapes, table, people, .. } = self;
        state.execute_with(|| {
            let mut sent = Vec::new();
            let mut bytes = Bytes::new(&[]);
            let mut maker = maker(&mut bytes, shapes, table, people, &mut sent);
            world::build(&mut maker);
            let next_slot_ms = world::FIRST_BLOCK_MS + 4 * BLOCK_MS;
            blocks::begin_block_at(next_slot_ms);
            world::place_orders(&mut maker);
            Executive::finalize_block();
            invariants::check();
        });
        state.commit_all().expect("nothing is open");
    }

    fn run(&mut self, data: &[u8]) {
        let Self { state, shapes, table, people, coverage } = self;
        state.execute_with(|| {
            sp_io::storage::start_transaction();
            Input::new(data).run(shapes, table, people, coverage);
            sp_io::storage::rollback_transaction();
        });
    }
}

fn maker<'a, 'b>(
    bytes: &'a mut Bytes<'b>,
    shapes: &'a Shapes,
    table: &'a Table,
    people: &'a People,
    sent: &'a mut Vec<IntervalReading>,
) -> Maker<'a, 'b> {
    Maker { bytes, shapes, table, people, sent, concerned: Vec::new(), depth: 0 }
}

/// An input while it is read.
struct Input<'a> {
    bytes: Bytes<'a>,
    now_ms: u64,
    sent: Vec<IntervalReading>,
    books: Books,
    check_each_call: bool,
}

impl<'a> Input<'a> {
    fn new(data: &'a [u8]) -> Self {
        let mut bytes = Bytes::new(data);
        // One input of a hundred.
        let check_each_call = bytes.below(1_000) % 100 == 99;
        Self { bytes, now_ms: world::now_ms(), sent: Vec::new(), books: Books::open(), check_each_call }
    }

    fn run(mut self, shapes: &Shapes, table: &Table, people: &People, coverage: &mut Coverage) {
        for _ in 0..MAX_BLOCKS {
            if self.bytes.is_empty() {
                return;
            }
            self.now_ms += self.gap_ms();
            self.pass_blocks();
            blocks::begin_block_at(self.now_ms);
            self.block_an_account(people);
            for _ in 0..self.count_of_calls() {
                if self.bytes.is_empty() {
                    break;
                }
                self.call(shapes, table, people, coverage);
                if self.check_each_call {
                    invariants::check();
                    coverage.checks += 1;
                }
            }
            self.end_block(shapes, coverage);
        }
    }

    /// How many calls a block has: mostly many.
    fn count_of_calls(&mut self) -> usize {
        match self.bytes.byte() {
            few @ 0..=63 => usize::from(few) % (MAX_CALLS + 1),
            many => MAX_CALLS - usize::from(many) % 20,
        }
    }

    /// How long after the block before. It is mostly the next of BABE's slots, sometimes one after missed ones, after
    /// whole slots of the market, or after a halt.
    fn gap_ms(&mut self) -> u64 {
        let slot_ms = crate::Metering::clock().slot_ms();
        match self.bytes.byte() {
            0..=159 => BLOCK_MS,
            160..=189 => BLOCK_MS * (2 + u64::from(self.bytes.byte() % 4)),
            190..=235 => slot_ms * (1 + u64::from(self.bytes.byte() % 4)),
            236..=251 => BLOCK_MS * (20 + u64::from(self.bytes.byte())),
            _ => BLOCK_MS * (1_200 + 100 * u64::from(self.bytes.byte())),
        }
    }

    /// Now and then so many blocks pass, of which none is made here, that the next announced act's notice is over.
    fn pass_blocks(&mut self) {
        if !self.bytes.one_in(16) {
            return;
        }
        let due = pallet_deren_notice::Announced::<crate::Runtime>::iter_values().map(|announced| announced.when).min();
        if let Some(before) = due.and_then(|when| when.checked_sub(1)).filter(|before| *before > System::block_number())
        {
            System::set_block_number(before);
        }
    }

    /// Now and then an account's euros are blocked, so that it can receive none, or what is blocked is not any more.
    fn block_an_account(&mut self, people: &People) {
        use crate::{Assets, RuntimeOrigin, configs::euro_roles_account, units::EUR_ASSET};
        if !self.bytes.one_in(12) {
            return;
        }
        let roles = || RuntimeOrigin::signed(euro_roles_account());
        let who = people.account(self.bytes.below(people::ACCOUNTS));
        // It may have no euros, or be free already.
        let _ = if self.bytes.one_in(3) {
            Assets::block(roles(), EUR_ASSET.into(), who.into())
        } else {
            Assets::thaw(roles(), EUR_ASSET.into(), who.into())
        };
    }

    fn call(&mut self, shapes: &Shapes, table: &Table, people: &People, coverage: &mut Coverage) {
        let name = table.choose(&mut self.bytes).clone();
        let mut maker = maker(&mut self.bytes, shapes, table, people, &mut self.sent);
        // Nothing to call it for is no attempt.
        let Some(call) = maker.call(&name) else { return };
        let told = std::env::var_os("DEREN_FUZZ_TELL").map(|_| format!("{call:?}"));
        let outcome = dispatching::make(&mut maker, &name, call);
        if let Some(call) = told {
            println!("{call}: {outcome:?}");
        }
        coverage.note(&name, outcome);
    }

    fn end_block(&mut self, shapes: &Shapes, coverage: &mut Coverage) {
        Executive::finalize_block();
        let events: Vec<RuntimeEvent> = System::read_events_no_consensus().map(|record| record.event).collect();
        if std::env::var_os("DEREN_FUZZ_TELL").is_some() {
            println!("block {}: {events:#?}", System::block_number());
        }
        self.books.close_block(&events);
        let numbers = events.iter().map(|event| {
            let bytes = event.encode();
            (bytes[0], bytes.get(1).copied().unwrap_or_default())
        });
        coverage.note_events(shapes, numbers);
        coverage.blocks += 1;
        coverage.checks += 1;
        invariants::check();
    }
}
