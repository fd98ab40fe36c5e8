//! Waiting for a condition, never for a time: each wait has a name, a deadline, and an error that tells what
//! was seen instead.

use crate::{NeighbourhoodError, Process, Result, process::tail};
use std::{
    fmt::Display,
    pin::pin,
    time::{Duration, Instant},
};

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(50);
/// How often it is told what is being waited for.
const TELL: Duration = Duration::from_millis(200);

/// Is told what is being waited for, so that a person sees that something goes on.
pub trait Watcher: Send + Sync {
    /// `what` is still being waited for.
    fn waiting(&self, what: &str, since: Duration);
    /// `what` has come.
    fn done(&self, what: &str, after: Duration);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Watcher for Silent {
    fn waiting(&self, _: &str, _: Duration) {}
    fn done(&self, _: &str, _: Duration) {}
}

/// One wait: for what, how long at most, and who is told.
pub struct Wait<'a> {
    what: String,
    deadline: Duration,
    watcher: &'a dyn Watcher,
    process: Option<&'a mut Process>,
}

impl<'a> Wait<'a> {
    /// A wait for `what`, at most `deadline`.
    pub fn new(what: impl Into<String>, deadline: Duration, watcher: &'a dyn Watcher) -> Self {
        Self { what: what.into(), deadline, watcher, process: None }
    }

    /// Gives up as soon as this program ends, and shows the end of its log.
    pub fn on(mut self, process: &'a mut Process) -> Self {
        self.process = Some(process);
        self
    }

    /// Asks `probe` until it answers. An `Err` of it means "not yet" and says what was seen.
    pub async fn until<T, E: Display>(mut self, mut probe: impl AsyncFnMut() -> Result<T, E>) -> Result<T> {
        let start = Instant::now();
        loop {
            let remaining = self.deadline.saturating_sub(start.elapsed());
            let seen = match tokio::time::timeout(remaining, probe()).await {
                Ok(Ok(found)) => {
                    self.watcher.done(&self.what, start.elapsed());
                    return Ok(found);
                }
                Ok(Err(seen)) => seen.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            if let Some(process) = &mut self.process {
                process.check(&self.what)?;
            }
            if start.elapsed() >= self.deadline {
                return Err(self.late(seen));
            }
            self.watcher.waiting(&self.what, start.elapsed());
            tokio::time::sleep(POLL).await;
        }
    }

    fn late(&self, seen: String) -> NeighbourhoodError {
        let tail = self.process.as_ref().map_or_else(String::new, |process| {
            format!(
                "; the end of the log of {} ({}):\n{}",
                process.name(),
                process.log().display(),
                tail(process.log())
            )
        });
        NeighbourhoodError::Deadline { what: self.what.clone(), seconds: self.deadline.as_secs(), seen, tail }
    }
}

/// Waits for a step and tells about it; each transaction in it has a deadline of its own.
pub(crate) async fn shown<T>(what: &str, watcher: &dyn Watcher, step: impl Future<Output = Result<T>>) -> Result<T> {
    let start = Instant::now();
    let mut step = pin!(step);
    loop {
        match tokio::time::timeout(TELL, &mut step).await {
            Ok(done) => {
                let done = done?;
                watcher.done(what, start.elapsed());
                return Ok(done);
            }
            Err(_) => watcher.waiting(what, start.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, process::Command};

    #[tokio::test]
    async fn a_condition_that_comes_true_ends_the_wait() {
        let asked = Cell::new(0);
        let found = Wait::new("the third time", Duration::from_secs(10), &Silent)
            .until(async || {
                asked.set(asked.get() + 1);
                if asked.get() == 3 { Ok(asked.get()) } else { Err("not yet") }
            })
            .await
            .expect("comes");
        assert_eq!(found, 3);
    }

    #[tokio::test]
    async fn a_deadline_says_what_was_seen_last() {
        let error = Wait::new("rain", Duration::from_millis(1), &Silent)
            .until(async || Err::<(), _>("sun"))
            .await
            .expect_err("never comes");
        assert!(error.to_string().contains("for rain, in vain; last seen: sun"), "{error}");
    }

    #[tokio::test]
    async fn a_probe_that_hangs_is_cut_at_the_deadline() {
        let error = Wait::new("an answer", Duration::from_millis(20), &Silent)
            .until(async || std::future::pending::<Result<(), String>>().await)
            .await
            .expect_err("never comes");
        assert!(error.to_string().contains("no answer"), "{error}");
    }

    #[tokio::test]
    async fn the_end_of_the_program_ends_the_wait() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo sorry; exit 3"]);
        let mut process = Process::spawn("mayfly", command, folder.path().join("m.log")).expect("starts");
        let error = Wait::new("its port", Duration::from_secs(30), &Silent)
            .on(&mut process)
            .until(async || Err::<(), _>("closed"))
            .await
            .expect_err("it ended");
        assert!(error.to_string().contains("sorry"), "{error}");
    }
}
