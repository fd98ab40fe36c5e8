//! A run without libFuzzer, small in `make test`, as long as one likes with `DEREN_FUZZ_CALLS`.

use super::{
    Coverage, Name, bytes, coverage, runtime,
    shapes::{Shapes, is_ours},
    table::{LEFT_OUT, Table},
};

/// How many calls `make test` tries.
const CALLS: u64 = 4_000;
/// How long an input is.
const INPUT_BYTES: usize = 4_096;
/// From so many calls on every call must have succeeded.
const LONG_RUN: u64 = 500_000;

/// Calls of ours that hardly ever succeed, each with the reason.
const SELDOM: &[(&str, &str, &str)] = &[
    ("Rewards", "claim", "only what was less than an account must have can be claimed"),
    (
        "Matching",
        "resume_order",
        "only an order that its owner could not pay for waits, and only who got money can resume it",
    ),
    ("Registry", "accept_site", "a site must have been offered, to an account that can pay its deposits"),
    ("Registry", "forget_site", "a site must be closed, and its last slots settled"),
    ("Registry", "close_market", "nothing may be left in it"),
    ("Registry", "unlink_gateway", "no device may be left that it reads"),
    ("Validators", "readmit", "a validator must have been banned"),
    ("Matching", "clear", "the chain clears by itself as soon as a slot is closed"),
    ("Matching", "void_slot", "only a slot that should have been settled can be given up, and mostly it is settled"),
    ("OnRamp", "return_payout", "a request must have waited for fourteen days"),
];

/// Calls of ours that come too late whenever the chain has done the same by itself. It has done so in all blocks that
/// have room for it. Each has the event that says so, which a long run must have seen instead.
const OF_ITSELF: &[(&str, &str, &str)] =
    &[("Notice", "enact", "Notice.Enacted"), ("Matching", "settle", "Matching.SlotSettled")];

fn is_seldom(name: &Name) -> bool {
    SELDOM.iter().chain(OF_ITSELF).any(|(pallet, call, _)| *pallet == name.pallet && *call == name.call)
}

/// True if the chain was seen to do by itself what the call does.
fn was_done_of_itself(name: &Name, found: &Coverage) -> bool {
    let known = OF_ITSELF.iter().find(|(pallet, call, _)| *pallet == name.pallet && *call == name.call);
    known.is_some_and(|(.., event)| found.events.contains_key(*event))
}

fn names_without_success<'a>(names: impl Iterator<Item = &'a Name>, found: &Coverage) -> Vec<String> {
    let missing = names.filter(|name| found.successes_of(name) == 0 && !was_done_of_itself(name, found));
    missing.map(|name| format!("{}.{}", name.pallet, name.call)).collect()
}

/// A number from the environment.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Gives inputs to the runtime until so many calls were tried. What fails names its seed, from which it can be run
/// again alone with `DEREN_FUZZ_SEED`.
fn run(calls: u64) -> Coverage {
    let mut seed = setting("DEREN_FUZZ_SEED").unwrap_or(1);
    let mut next_word = 50_000;
    while coverage().tried() < calls {
        let _running = RunningSeed(seed);
        runtime(&bytes::from_seed(seed, INPUT_BYTES));
        seed += 1;
        if coverage().tried() >= next_word {
            println!("{} calls, next seed {seed}", coverage().tried());
            next_word += 50_000;
        }
    }
    coverage()
}

/// Says which seed it was if it is dropped in a panic.
struct RunningSeed(u64);

impl Drop for RunningSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("found with DEREN_FUZZ_SEED={}", self.0);
        }
    }
}

#[test]
fn blocks_of_any_calls_leave_everything_as_it_must_be() {
    let calls = setting("DEREN_FUZZ_CALLS").unwrap_or(CALLS);
    let found = run(calls);
    println!("{found}");
    assert!(found.succeeded() * 100 >= found.tried() * 30, "less than 30% of calls succeed");
    let shapes = Shapes::new();
    let table = Table::new(&shapes);
    let ours = table.names().filter(|name| is_ours(&name.pallet));
    let often = ours.filter(|name| calls >= LONG_RUN || !is_seldom(name));
    let missing = names_without_success(often, &found);
    assert!(
        missing.is_empty(),
        "{missing:?} never succeeded: give them an entry in fuzzing/makers.rs, or in SELDOM with the reason"
    );
}

#[test]
fn the_table_has_every_call_of_ours() {
    let shapes = Shapes::new();
    let table = Table::new(&shapes);
    for name in shapes.all_calls().iter().filter(|name| is_ours(&name.pallet)) {
        assert!(table.names().any(|known| known == name), "{name:?} is not tried");
    }
    for (pallet, call, _) in LEFT_OUT {
        let known = shapes.all_calls().iter().any(|name| name.pallet == *pallet && name.call == *call);
        assert!(known, "{pallet}.{call} is left out and does not exist");
    }
}

#[test]
fn what_fuzzing_began_with_and_found_does_no_harm() {
    super::replay::replay(&[("runtime", super::runtime)]);
}

#[test]
fn an_input_gives_the_same_calls_each_time() {
    let input = bytes::from_seed(77, 512);
    let run = || {
        let before = coverage();
        runtime(&input);
        let after = coverage();
        (after.tried() - before.tried(), after.succeeded() - before.succeeded(), after.blocks - before.blocks)
    };
    assert_eq!(run(), run());
}
