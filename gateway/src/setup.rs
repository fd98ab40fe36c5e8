//! Plugging in: who may change anything (PIN and sessions), what was found, what the owner picked, and the code that
//! brings it onto the chain. It never writes to a device, and nothing here is for anyone without the PIN.

pub mod account;
mod attempts;
mod auth;
pub mod code;
mod finder;
mod passcode;
mod picks;
mod search;
mod sessions;

pub use auth::{Auth, Refused};
pub use finder::Finder;
pub use picks::{Choice, Pick, PickError};
pub use search::{Found, MAX_FOUND, Part, Search};
pub use sessions::Session;

use crate::error::GatewayError;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Notify;

/// What the page needs to set the gateway up.
pub struct Setup {
    data_folder: PathBuf,
    /// Who may change anything.
    pub auth: Auth,
    /// What is looked for, and found.
    pub finder: Finder,
    changed: Arc<Notify>,
}

impl Setup {
    /// The set-up of a gateway with its data in `data_folder`; `changed` is rung when the settings are to be read
    /// again. At the first start a PIN is made, and logged this once.
    ///
    /// # Errors
    /// [`GatewayError`] if the PIN cannot be read or written, or may be read by others.
    pub fn open(data_folder: &Path, changed: Arc<Notify>) -> Result<Self, GatewayError> {
        let auth = Auth::of(passcode::Passcode::load_or_create(data_folder)?);
        Ok(Self { data_folder: data_folder.to_owned(), auth, finder: Finder::default(), changed })
    }

    /// Writes down what the owner picked, and has the settings read again.
    ///
    /// # Errors
    /// [`PickError`] for a choice that cannot be, or a disk that fails.
    pub fn pick(&self, choice: &Choice) -> Result<(), PickError> {
        let templates = self.finder.templates().map_err(|error| PickError::Refused(error.to_string()))?;
        choice.store(&self.data_folder, &templates)?;
        tracing::info!(devices = choice.devices.len(), "the owner picked devices on the page");
        self.changed.notify_one();
        Ok(())
    }
}
