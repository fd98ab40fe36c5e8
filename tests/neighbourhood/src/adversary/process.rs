//! An adversary as a process: started, watched, and read from what it says of its deeds.

use super::{Deed, Kind, Task};
use crate::{NeighbourhoodError, Process, Result, process::lines_of};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A running adversary. Dropping it ends it.
#[derive(Debug)]
pub struct Adversary {
    kind: Kind,
    process: Process,
    log: PathBuf,
}

impl Adversary {
    /// Starts one; `program` is `deren-neighbourhood`, and its log comes into the folder `logs`.
    pub fn start(program: &Path, kind: Kind, task: Task, logs: &Path) -> Result<Self> {
        let name = kind.name();
        let log = logs.join(format!("adversary-{name}.log"));
        let mut command = Command::new(program);
        command.args(["adversary", name]);
        command.args(["--node-port", &task.node_port.to_string()]);
        command.args(["--market", &task.market.to_string()]);
        command.args(["--seed", &task.seed.to_string()]);
        Ok(Self { kind, process: Process::spawn(format!("adversary {name}"), command, &log)?, log })
    }

    /// What it is after.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// All that it has done so far.
    pub fn deeds(&self) -> Result<Vec<Deed>> {
        let lines = lines_of(&self.log).map_err(NeighbourhoodError::file(&self.log))?;
        Ok(lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// An error with the end of its log if it has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        self.process.check("an adversary to go on")
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}
