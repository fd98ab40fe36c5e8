//! The simulated devices of all homes, one process.

use crate::{Binaries, NeighbourhoodError, Process, Result, Wait, Watcher, process::lines_of};
use deren_simulator::{config::SimulatorConfig, serving::Serving};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const START_DEADLINE: Duration = Duration::from_secs(60);

/// A simulator that can be killed and goes on when started again: its clock is in its configuration.
#[derive(Debug)]
pub struct Simulator {
    program: PathBuf,
    configuration: PathBuf,
    log: PathBuf,
    process: Option<Process>,
    /// How often it was started, and so how many lines it will have printed that say it serves.
    starts: usize,
}

impl Simulator {
    /// Writes its configuration into `folder` and starts it; it may not serve yet.
    pub fn start(binaries: &Binaries, folder: &Path, log: PathBuf, config: &SimulatorConfig) -> Result<Self> {
        let configuration = folder.join("simulator.toml");
        let text = config.to_toml().map_err(|error| NeighbourhoodError::Configuration(error.to_string()))?;
        fs::write(&configuration, text).map_err(NeighbourhoodError::file(&configuration))?;
        let mut simulator = Self { program: binaries.simulator.clone(), configuration, log, process: None, starts: 0 };
        simulator.restart()?;
        Ok(simulator)
    }

    /// Starts it again after it was killed.
    pub fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.configuration);
        self.process = None;
        self.process = Some(Process::spawn("simulator", command, &self.log)?);
        self.starts += 1;
        Ok(())
    }

    /// Kills it with -9.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }

    pub(crate) fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Waits until it has printed the line that says what it serves.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<Serving> {
        let (log, starts) = (self.log.clone(), self.starts);
        let mut wait = Wait::new("the simulated devices to answer", START_DEADLINE, watcher);
        if let Some(process) = &mut self.process {
            wait = wait.on(process);
        }
        wait.until(async || {
            let lines = lines_of(&log).map_err(|error| error.to_string())?;
            let said: Vec<Serving> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let times = said.len();
            let last = said.into_iter().next_back().filter(|_| times >= starts);
            last.ok_or(format!("it said so {times} times, and was started {starts} times"))
        })
        .await
    }
}
