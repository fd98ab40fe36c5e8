//! One supervised program: started with its output in a log file, watched, stopped.
//!
//! A program never outlives us, however we end. It is stopped when its [`Process`] is dropped (so also when we panic),
//! and the kernel kills it if we are killed with -9.

use crate::{NeighbourhoodError, Result};
use rustix::process::{Pid, Signal, getpid, getppid, kill_process_group, set_parent_process_death_signal};
use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a program may take to end when asked to, before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of a log's end an error shows.
const TAIL_LINES: usize = 20;
const TAIL_BYTES: u64 = 8 * 1024;
/// No log that is read whole is longer.
const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;

/// A running program. Dropping it stops it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
}

impl Process {
    /// Starts the program in a process group of its own. So a Ctrl-C in the terminal reaches only us, and we stop
    /// things in order. What it writes goes to `log`, after what is there already.
    pub fn spawn(name: impl Into<String>, mut command: Command, log: impl Into<PathBuf>) -> Result<Self> {
        let (name, log) = (name.into(), log.into());
        let output = OpenOptions::new().create(true).append(true).open(&log).map_err(NeighbourhoodError::file(&log))?;
        let errors = output.try_clone().map_err(NeighbourhoodError::file(&log))?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        match spawn(command) {
            Ok(child) => Ok(Self { name, log, child }),
            Err(source) => Err(NeighbourhoodError::Spawn { name, source }),
        }
    }

    /// What it is called here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// An error with the end of its log if it has ended.
    pub fn check(&mut self, waiting_for: &str) -> Result<()> {
        match self.ended() {
            None => Ok(()),
            Some(status) => Err(NeighbourhoodError::Exited {
                name: self.name.clone(),
                status: status.to_string(),
                what: waiting_for.to_owned(),
                log: self.log.clone(),
                tail: tail(&self.log),
            }),
        }
    }

    /// Ends it like a power cut: SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// Asks it to end and does not wait.
    pub fn ask_to_end(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Asks it to end, and kills it if it has not within ten seconds.
    pub fn stop(&mut self) {
        self.ask_to_end();
        let deadline = Instant::now() + STOP_TIMEOUT;
        while self.ended().is_none() {
            if Instant::now() >= deadline {
                return self.kill();
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Freezes it (SIGSTOP) or lets it go on, as a hung program would.
    pub fn freeze(&mut self, frozen: bool) {
        self.signal(if frozen { Signal::STOP } else { Signal::CONT });
    }

    fn signal(&mut self, signal: Signal) {
        // Once it was waited for, its id may be another's.
        if self.ended().is_some() {
            return;
        }
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the command in a process group of its own, so that the kernel ends it with us.
#[expect(unsafe_code, reason = "the parent-death signal can only be set between fork and exec")]
fn spawn(mut command: Command) -> io::Result<Child> {
    let us = getpid();
    command.process_group(0);
    // SAFETY: the closure makes two system calls and allocates nothing, which is allowed after a fork.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // If we ended before the call above, nobody will send the signal.
            if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        });
    }
    deren_testing::spawn(command)
}

/// The last lines of a log, each indented; says so if there are none.
pub fn tail(log: &Path) -> String {
    let text = read_end(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    if last.is_empty() {
        return "  (it wrote nothing)".to_owned();
    }
    last.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// All lines of a log that has no more than a few.
pub(crate) fn lines_of(log: &Path) -> std::io::Result<Vec<String>> {
    let mut text = String::new();
    File::open(log)?.take(MAX_LOG_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn read_end(log: &Path) -> std::io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
