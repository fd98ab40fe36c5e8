//! Everything that can go wrong in the gateway, in words that say what, where and what to do. No message holds a
//! secret; every error has a code, by which programs decide.

use crate::codes::{Code, GatewayCode, Mishap};
use deren_config::Mistake;
use deren_meters::MeterError;
use thiserror::Error;

/// What went wrong.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The configuration cannot be used.
    #[error("{}", deren_config::lines(mistakes))]
    Settings {
        /// Everything that is wrong with it.
        mistakes: Vec<Mistake>,
    },
    /// The templates compiled in make no sense, which tests exclude.
    #[error("{0}")]
    Templates(MeterError),
    /// A file or folder cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which one.
        path: String,
        /// What is wrong with it.
        reason: String,
        /// Which kind of fault that is.
        code: GatewayCode,
    },
    /// The secrets can be read by others, so they may no longer be secret.
    #[error(
        "{path} has mode {mode:03o}, so others can read the gateway's secrets: run `chmod 600 {path}` if nobody had access, or else make a new key"
    )]
    SecretsExposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// The gateway's key cannot be used.
    #[error("key {key}: {reason}")]
    Key {
        /// Its name.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// The key in use is not where the configuration says.
    #[error(
        "key {key}: does not hold {public_key}, the gateway's key: put it back, or if it is lost make another with `deren-gateway keys replace` and have the owner put it on the chain"
    )]
    KeyLost {
        /// Where it should be.
        key: String,
        /// Which key.
        public_key: String,
    },
    /// Another process is the same gateway.
    #[error(
        "gateway {gateway} runs already ({place}): two with one key sign readings that contradict each other, so stop one of them"
    )]
    Twin {
        /// The gateway.
        gateway: deren_primitives::GatewayId,
        /// Where the other one is.
        place: String,
    },
    /// The outbox on disk failed.
    #[error("outbox {path}: {reason}")]
    Outbox {
        /// The database file.
        path: String,
        /// What it said.
        reason: String,
        /// Which kind of fault that is.
        code: GatewayCode,
    },
    /// A device failed.
    #[error("device {name}: {error}")]
    Device {
        /// Its name in the configuration.
        name: String,
        /// What its driver said.
        error: MeterError,
    },
    /// A node cannot be reached, broke off, or did not answer as a node of this chain does.
    #[error("node {url}: {what}: {reason}")]
    Node {
        /// Its address.
        url: String,
        /// What was asked of it.
        what: String,
        /// What came instead of an answer.
        reason: String,
        /// Which kind of fault that is.
        code: GatewayCode,
    },
    /// The node serves another chain than the one that this gateway belongs to.
    #[error(
        "node {url} serves the chain with genesis {found}, but this gateway belongs to {pinned}: correct node_urls, or use an empty data_folder to join another chain"
    )]
    OtherChain {
        /// The node's address.
        url: String,
        /// Genesis hash that was pinned at first contact.
        pinned: String,
        /// Genesis hash of the node.
        found: String,
    },
    /// What was set at genesis reads otherwise than before.
    #[error("node {url}: slot lengths differ from those pinned at first contact: {reason}")]
    OtherParameters {
        /// The node's address.
        url: String,
        /// What differs.
        reason: String,
    },
    /// One of the gateway's own parts has ended before its time.
    #[error("the {part} ended: {reason}")]
    PartEnded {
        /// Which part.
        part: &'static str,
        /// Why, as far as known.
        reason: String,
    },
    /// Readings cannot be exported.
    #[error("cannot export: {reason}")]
    Export {
        /// Why, and what to do.
        reason: String,
    },
    /// The local page cannot be served, or not be asked.
    #[error("status page {address}: {reason}")]
    Page {
        /// Where it listens.
        address: String,
        /// What the system said.
        reason: String,
    },
}

impl GatewayError {
    /// A file that does not hold what it should: `reason`.
    pub(crate) fn file(path: &std::path::Path, reason: impl ToString) -> Self {
        let code = GatewayCode::FileUnusable;
        Self::File { path: path.display().to_string(), reason: reason.to_string(), code }
    }

    /// A file or folder that the system could not read or write.
    pub(crate) fn disk(path: &std::path::Path, error: &std::io::Error) -> Self {
        let code = GatewayCode::of_disk(error.kind());
        Self::File { path: path.display().to_string(), reason: error.to_string(), code }
    }

    /// Its kind of fault, by which programs decide what to do or to show.
    pub fn code(&self) -> Code {
        let code = match self {
            Self::Templates(error) | Self::Device { error, .. } => return error.code().into(),
            Self::Settings { .. } => GatewayCode::BadConfiguration,
            Self::File { code, .. } | Self::Outbox { code, .. } | Self::Node { code, .. } => *code,
            Self::SecretsExposed { .. } => GatewayCode::SecretsExposed,
            Self::Key { .. } => GatewayCode::KeyUnusable,
            Self::KeyLost { .. } => GatewayCode::KeyLost,
            Self::Twin { .. } => GatewayCode::SecondGateway,
            Self::OtherChain { .. } | Self::OtherParameters { .. } => GatewayCode::OtherChain,
            Self::PartEnded { .. } => GatewayCode::PartEnded,
            Self::Export { .. } => GatewayCode::ExportFailed,
            Self::Page { .. } => GatewayCode::PageFailed,
        };
        code.into()
    }
}

impl From<&GatewayError> for Mishap {
    fn from(error: &GatewayError) -> Self {
        Self { code: error.code(), what: error.to_string() }
    }
}
