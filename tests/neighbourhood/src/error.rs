//! Everything that can go wrong while a neighbourhood is started, watched or stopped.

use std::{io, path::PathBuf};

/// What went wrong, where, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum NeighbourhoodError {
    /// One of our own programs was not built.
    #[error("{name} is not in {}: build it first (`make test` and `make demo` do)", folder.display())]
    BinaryMissing {
        /// The program.
        name: &'static str,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A program of the system is not installed.
    #[error("{name} was not found in PATH, /usr/sbin or /usr/local/sbin: install it (Debian: apt install {name})")]
    ProgramMissing {
        /// The program.
        name: &'static str,
    },
    /// A program could not be started.
    #[error("cannot start {name}: {source}")]
    Spawn {
        /// What it is called here.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A program that should go on has ended.
    #[error("{name} has ended ({status}) while waiting for {what}; the end of its log ({}):\n{tail}", log.display())]
    Exited {
        /// What it is called here.
        name: String,
        /// How it ended.
        status: String,
        /// What was being waited for.
        what: String,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// What was waited for did not come in time.
    #[error("waited {seconds} s for {what}, in vain; last seen: {seen}{tail}")]
    Deadline {
        /// What was being waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// The last thing that was seen instead.
        seen: String,
        /// The end of the log of the program concerned, if there is one.
        tail: String,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No port was free.
    #[error(transparent)]
    NoFreePort(#[from] deren_testing::NoFreePort),
    /// A node did not answer, or not as asked.
    #[error("{method} at {url}: {reason}")]
    Rpc {
        /// The method asked.
        method: String,
        /// The node.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// There is no database.
    #[error("{0}")]
    Database(#[from] deren_testing::postgres::PostgresError),
    /// The dashboards' API did not answer, or not as asked.
    #[error("{request}: {reason}")]
    Api {
        /// The path asked for.
        request: String,
        /// What went wrong.
        reason: String,
    },
    /// Bytes from a node are not what this version of the runtime writes.
    #[error("cannot decode {what}: {reason}; node and neighbourhood must be built from the same source")]
    Decode {
        /// What the bytes should be.
        what: String,
        /// Why they are not.
        reason: String,
    },
    /// A transaction was refused or failed.
    #[error("{who}: {what} failed: {reason}")]
    Transaction {
        /// Who signed.
        who: String,
        /// What it should do.
        what: String,
        /// Why it did not.
        reason: String,
    },
    /// A command of the gateway failed or printed something else than documented.
    #[error("{what}: {reason}")]
    Command {
        /// The command.
        what: String,
        /// What went wrong.
        reason: String,
    },
    /// The neighbourhood that was asked for cannot be built.
    #[error("{0}")]
    Configuration(String),
    /// Something that must always hold does not.
    #[error("an invariant does not hold: {0}")]
    Invariant(String),
}

impl NeighbourhoodError {
    /// For use with `map_err`: names the file with which an operation failed.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// The result of most things here.
pub type Result<T, E = NeighbourhoodError> = std::result::Result<T, E>;
