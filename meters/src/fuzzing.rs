//! What fuzzing calls, and the tests that give its inputs again: each function takes any bytes and returns. Built only
//! for these; it must never be part of a program.

mod frames;
mod image;
mod registers;
mod telegrams;
mod texts;

use tokio::runtime::Runtime;

pub use frames::frames;
pub use registers::{modbus, sunspec};
pub use telegrams::{p1, sml, speedwire};
pub use texts::{discovery, http, mqtt, template, uri, value_template};

/// A target's name, that of its folder of inputs, and what takes an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("discovery", discovery),
    ("frames", frames),
    ("http", http),
    ("modbus", modbus),
    ("mqtt", mqtt),
    ("p1", p1),
    ("sml", sml),
    ("speedwire", speedwire),
    ("sunspec", sunspec),
    ("template", template),
    ("uri", uri),
    ("value_template", value_template),
];

/// Runs to its end what never waits for anything but bytes that are there.
fn block_on(work: impl Future<Output = ()>) {
    thread_local! {
        static RUNTIME: Option<Runtime> = tokio::runtime::Builder::new_current_thread().enable_time().build().ok();
    }
    RUNTIME.with(|runtime| {
        if let Some(runtime) = runtime {
            runtime.block_on(work);
        }
    });
}

#[cfg(test)]
#[path = "../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzing_began_with_and_found_does_no_harm() {
        super::replay::replay(super::TARGETS);
    }
}
