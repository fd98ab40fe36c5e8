//! The simulated devices of all homes, one process.

use crate::{Binaries, NeighbourhoodError, Restartable, Result, Watcher, process::lines_of};
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
    executable: PathBuf,
    path: PathBuf,
    config: SimulatorConfig,
    /// The program.
    pub program: Restartable,
    /// How often it was started, and so how many lines it will have printed that say it serves.
    starts: usize,
}

impl Simulator {
    /// Writes its configuration into `folder` and starts it; it may not serve yet.
    pub fn start(binaries: &Binaries, folder: &Path, log: PathBuf, config: SimulatorConfig) -> Result<Self> {
        let path = folder.join("simulator.toml");
        let (executable, program) = (binaries.simulator.clone(), Restartable::new("simulator", log));
        let mut simulator = Self { executable, path, config, program, starts: 0 };
        simulator.restart()?;
        Ok(simulator)
    }

    /// What it simulates; a change holds when it is started again.
    pub fn config(&mut self) -> &mut SimulatorConfig {
        &mut self.config
    }

    /// Starts it again: its homes go on where they would be had it never stopped.
    pub fn restart(&mut self) -> Result<()> {
        let text = self.config.to_toml().map_err(|error| NeighbourhoodError::Configuration(error.to_string()))?;
        fs::write(&self.path, text).map_err(NeighbourhoodError::file(&self.path))?;
        let mut command = Command::new(&self.executable);
        command.arg("--config").arg(&self.path);
        self.program.restart(command)?;
        self.starts += 1;
        Ok(())
    }

    /// Waits until it has printed the line that says what it serves.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<Serving> {
        let (log, starts) = (self.program.log().to_owned(), self.starts);
        self.program
            .wait("the simulated devices", START_DEADLINE, watcher)
            .until(async || {
                let lines = lines_of(&log).map_err(|error| error.to_string())?;
                let said: Vec<Serving> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
                let times = said.len();
                let last = said.into_iter().next_back().filter(|_| times >= starts);
                last.ok_or(format!("it said so {times} times, and was started {starts} times"))
            })
            .await
    }
}
