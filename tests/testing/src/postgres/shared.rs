//! One cluster for all tests of a program that do not restart theirs.

use super::{Cluster, ClusterOptions, Result};
use std::sync::{Arc, Mutex, PoisonError, Weak};

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    /// The cluster that everyone in this program shares who asks for it; it is gone with the last one that holds it.
    pub fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start(&ClusterOptions::default())?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }
}
