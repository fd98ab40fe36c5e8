//! What several readers of one place share, so that its wire is opened once: a bus, a session, what listens.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
};

/// All that are in use, each by its place. One goes with the last who holds it.
pub(crate) struct InUse<K, V>(OnceLock<Mutex<HashMap<K, Weak<V>>>>);

impl<K: Clone + Eq + Hash, V> InUse<K, V> {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The one at that place that others use, or a new one if none of them is alive.
    pub(crate) fn get_or<E>(
        &self,
        place: &K,
        is_alive: impl FnOnce(&V) -> bool,
        new: impl FnOnce() -> Result<V, E>,
    ) -> Result<Arc<V>, E> {
        let mut all = self.0.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(used) = all.get(place).and_then(Weak::upgrade).filter(|used| is_alive(used)) {
            return Ok(used);
        }
        all.retain(|_, used| used.strong_count() > 0);
        let made = Arc::new(new()?);
        all.insert(place.clone(), Arc::downgrade(&made));
        Ok(made)
    }
}
