//! What all programs of a neighbourhood have in common: they can be killed, started again, and waited for.

use crate::{Process, Result, Wait, Watcher};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// A program that can be killed and started again on the data that it has. All that it ever writes is in one log.
#[derive(Debug)]
pub struct Restartable {
    name: String,
    log: PathBuf,
    running: Option<Process>,
}

impl Restartable {
    /// A program of this name, which does not run yet.
    pub(crate) fn new(name: impl Into<String>, log: PathBuf) -> Self {
        Self { name: name.into(), log, running: None }
    }

    /// Starts it, or starts it again: what runs of it ends before.
    pub(crate) fn restart(&mut self, command: Command) -> Result<()> {
        self.running = None;
        self.running = Some(Process::spawn(&self.name, command, &self.log)?);
        Ok(())
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Kills it with -9.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.running {
            process.kill();
        }
    }

    /// Asks it to end and waits until it has.
    pub fn stop(&mut self) {
        self.running = None;
    }

    pub(crate) fn process(&mut self) -> Option<&mut Process> {
        self.running.as_mut()
    }

    /// An error with the end of its log if it has ended.
    pub fn check(&mut self, waiting_for: &str) -> Result<()> {
        self.running.as_mut().map_or(Ok(()), |process| process.check(waiting_for))
    }

    /// A wait that gives up as soon as it ends.
    pub(crate) fn wait<'a>(&'a mut self, what: &str, deadline: Duration, watcher: &'a dyn Watcher) -> Wait<'a> {
        let wait = Wait::new(what, deadline, watcher);
        match &mut self.running {
            Some(process) => wait.on(process),
            None => wait,
        }
    }
}
