//! Why there is no cluster, and what to do.

use crate::NoFreePort;
use std::{io, path::PathBuf};

/// The result of everything here.
pub type Result<T> = std::result::Result<T, PostgresError>;

/// What can go wrong with a private cluster.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// PostgreSQL is not installed, or only its client is.
    #[error("{program} was not found in {looked_in}: install PostgreSQL (on Debian: apt install postgresql-15)")]
    ProgramMissing {
        /// Which program.
        program: &'static str,
        /// Where it was looked for.
        looked_in: String,
    },
    /// Under root another user is needed, and there is none.
    #[error("PostgreSQL does not run as root, and neither `postgres` nor `nobody` is in /etc/passwd: add one of them")]
    NoUser,
    /// A file or folder could not be made, read or given away.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("{program} could not be started: {source}")]
    Start {
        /// Which program.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A program ended with an error.
    #[error("{program} failed ({status}): {output}")]
    Failed {
        /// Which program.
        program: String,
        /// How it ended.
        status: String,
        /// The end of what it wrote.
        output: String,
    },
    /// The server does not answer.
    #[error("PostgreSQL does not answer on port {port} after {seconds} s; the end of its log:\n{log}")]
    NotReady {
        /// Where it should.
        port: u16,
        /// How long was waited.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// There is no port for it.
    #[error(transparent)]
    NoFreePort(#[from] NoFreePort),
}

impl PostgresError {
    /// Says which file an error is about.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
