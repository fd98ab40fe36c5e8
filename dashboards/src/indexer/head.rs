//! How far the chain is as the node says it, for those who must know whether the tables are fresh.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The newest block that the node has told of. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct NodeHead(
    /// The block's number and one more; 0 while the node is away.
    Arc<AtomicU64>,
);

impl NodeHead {
    /// The node told of this block. One further back says nothing new.
    pub fn heard(&self, number: u32) {
        self.0.fetch_max(u64::from(number) + 1, Ordering::Relaxed);
    }

    /// The node is away: what it said is not known to hold any more.
    pub fn lost(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The newest block's number; `None` while the node is away.
    pub fn number(&self) -> Option<u32> {
        self.0.load(Ordering::Relaxed).checked_sub(1).and_then(|number| u32::try_from(number).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_block_stays_until_the_node_is_lost() {
        let head = NodeHead::default();
        assert_eq!(head.number(), None);
        head.heard(7);
        head.clone().heard(5);
        assert_eq!(head.number(), Some(7));
        head.lost();
        assert_eq!(head.number(), None);
        head.heard(u32::MAX);
        assert_eq!(head.number(), Some(u32::MAX));
    }
}
