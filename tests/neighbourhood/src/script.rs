//! Programs that run to their end and say what they found.

use crate::{NeighbourhoodError, Process, Result, Wait, Watcher, process::lines_of};
use serde::de::DeserializeOwned;
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::io::AsyncWriteExt as _;

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

/// What a command prints that reads `input`. `Err` with what it complained of if it failed.
pub(crate) async fn said_by(command: Command, what: &str, input: &str, deadline: Duration) -> Result<String> {
    let fail = |reason: String| NeighbourhoodError::Command { what: what.to_owned(), reason };
    let run = async {
        let mut command = tokio::process::Command::from(command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut running = command.spawn()?;
        if let Some(mut stdin) = running.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        running.wait_with_output().await
    };
    let output = tokio::time::timeout(deadline, run)
        .await
        .map_err(|_| fail(format!("no answer within {} s", deadline.as_secs())))?
        .map_err(|error| fail(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(fail(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())))
}

/// The JSON that a command prints.
pub(crate) async fn json_of<T: DeserializeOwned>(
    command: Command,
    what: &str,
    input: &str,
    deadline: Duration,
) -> Result<T> {
    let said = said_by(command, what, input, deadline).await?;
    serde_json::from_str(said.trim()).map_err(|error| NeighbourhoodError::Command {
        what: what.to_owned(),
        reason: format!("{error} in: {}", said.trim()),
    })
}
