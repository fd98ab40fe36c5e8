//! Everything that can go wrong before a simulator serves, or make it stop.

use deren_config::{Mistake, Place};
use std::{io, net::SocketAddr, path::PathBuf};

/// Why a simulator cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The configuration file cannot be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The text is not TOML, or not a configuration, or asks for what cannot be simulated.
    #[error("{}", by_line(.0))]
    Mistakes(
        /// Everything that is wrong, in the order in which it is written.
        Vec<Mistake>,
    ),
    /// The configuration asks for what cannot be simulated.
    #[error("configuration: {0}")]
    Config(String),
    /// A template cannot be loaded or served.
    #[error("home `{home}`: {source}")]
    Template {
        /// Whose device.
        home: String,
        /// Why not.
        source: Box<deren_meters::MeterError>,
    },
    /// A server's address is taken or not this machine's.
    #[error("home `{home}` cannot listen at {address}: {source}; choose another address, or port 0 for any free one")]
    Listen {
        /// Whose server.
        home: String,
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A server stopped by itself.
    #[error("the server at {address} stopped: {source}")]
    Serve {
        /// The server's address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A broker did not take a connection in time.
    #[error("the broker {broker} was not reached within {seconds} s: {reason}; is it running?")]
    Broker {
        /// Host and port.
        broker: String,
        /// How long it was tried.
        seconds: u64,
        /// The last failure.
        reason: String,
    },
}

/// Each mistake in a line of its own, by line and column of a text that may be no file's.
fn by_line(mistakes: &[Mistake]) -> String {
    let said = |mistake: &Mistake| match &mistake.place {
        Place::Line { line, column, .. } => format!("line {line}, column {column}: {}", mistake.reason),
        Place::Variable(_) => mistake.to_string(),
    };
    mistakes.iter().map(said).collect::<Vec<_>>().join("\n")
}
