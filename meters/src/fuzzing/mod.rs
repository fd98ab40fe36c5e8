//! What fuzzing calls, and the tests that give its inputs again: each function takes any bytes and returns. Built only
//! for these; it must never be part of a program.

mod image;
mod registers;
mod telegrams;
mod texts;

pub(crate) use image::Image;
pub use registers::{modbus, sunspec};
pub use telegrams::{p1, sml};
pub use texts::{http, mqtt, template, uri};

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzing_began_with_and_found_does_no_harm() {
        super::replay::replay(&[
            ("http", super::http),
            ("modbus", super::modbus),
            ("mqtt", super::mqtt),
            ("p1", super::p1),
            ("sml", super::sml),
            ("sunspec", super::sunspec),
            ("template", super::template),
            ("uri", super::uri),
        ]);
    }
}
