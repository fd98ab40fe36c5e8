//! Programs that run to their end and say what they found.

use crate::{NeighbourhoodError, Process, Result, Wait, Watcher, process::lines_of};
use std::{path::Path, process::Command, time::Duration};

/// Runs it, and gives the lines that it said. `Err` with all of them if it failed.
pub(crate) async fn run(
    what: String,
    command: Command,
    log: &Path,
    deadline: Duration,
    watcher: &dyn Watcher,
) -> Result<Vec<String>> {
    let mut program = Process::spawn(what.clone(), command, log)?;
    let status = Wait::new(what.clone(), deadline, watcher)
        .until(async || program.ended().ok_or("it is not at its end"))
        .await?;
    let said = lines_of(log).map_err(NeighbourhoodError::file(log))?;
    if status.success() {
        return Ok(said);
    }
    Err(NeighbourhoodError::Command { what, reason: format!("{status}:\n{}", said.join("\n")) })
}
