//! What is told while a search runs.

use crate::{MeterError, Record};

/// What happens while a search runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A device was found.
    Found(Record),
    /// Something answered, but could not be read; the search goes on.
    Trouble(MeterError),
    /// How many steps are done, and how many there are: hosts and ports, settings of serial ports, seconds at a broker.
    Progress {
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
    },
}
