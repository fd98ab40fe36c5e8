//! One file a command. Each prints to stdout only what another program may read.

pub(crate) mod check;
pub(crate) mod export;
pub(crate) mod keys;
pub(crate) mod link;
pub(crate) mod read;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod template;
pub(crate) mod verify;

use serde::Serialize;
use std::io::Write;

/// Prints one JSON object on one line. A reader that has gone away is no fault of ours.
pub(crate) fn print_line(value: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(value)?;
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
