//! Merkle trees: one hash that stands for many values, and the proof that a value is one of them.
//!
//! A leaf is blake2_256(0x00 ‖ SCALE of the value), a node blake2_256(0x01 ‖ left ‖ right), and a root
//! blake2_256(0x02 ‖ number of leaves as u32 ‖ top node). A node without a partner moves up as it is. So no leaf can
//! pass for a node, and no tree for one with other leaves.

use crate::blake2_256;
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Maximum number of leaves of a tree.
pub const MAX_LEAVES: u32 = 4_096;
/// Maximum number of hashes in a path: the depth of a tree of [`MAX_LEAVES`].
pub const MAX_PATH: u32 = MAX_LEAVES.ilog2();

/// A tree of at most [`MAX_LEAVES`] values.
///
/// ```
/// use deren_primitives::MerkleTree;
///
/// let tree = MerkleTree::of([10u32, 20, 30]).expect("few leaves");
/// let path = tree.path(2).expect("a third leaf");
/// assert_eq!(path.root(&30u32), Some(tree.root()));
/// assert_ne!(path.root(&31u32), Some(tree.root()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MerkleTree {
    /// The leaves, then each level above them; the last one has one node. No levels: no leaves.
    levels: Vec<Vec<[u8; 32]>>,
    leaves: u32,
}

impl MerkleTree {
    /// The tree of these values, in their order; `None` if there are more than [`MAX_LEAVES`].
    pub fn of<Value: Encode>(values: impl IntoIterator<Item = Value>) -> Option<Self> {
        let most = usize::try_from(MAX_LEAVES).unwrap_or(usize::MAX);
        let mut level: Vec<_> = values.into_iter().take(most.saturating_add(1)).map(|value| leaf(&value)).collect();
        let leaves = u32::try_from(level.len()).ok().filter(|leaves| *leaves <= MAX_LEAVES)?;
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level.chunks(2).filter_map(parent).collect();
            levels.push(core::mem::replace(&mut level, above));
        }
        if leaves > 0 {
            levels.push(level);
        }
        Some(Self { levels, leaves })
    }

    /// The tree's root; zeros without leaves.
    pub fn root(&self) -> [u8; 32] {
        self.levels.last().and_then(|top| top.first()).map_or([0; 32], |top| root(self.leaves, top))
    }

    /// The number of leaves.
    pub fn leaves(&self) -> u32 {
        self.leaves
    }

    /// The proof of the leaf with this index; `None` if there is none.
    pub fn path(&self, index: u32) -> Option<MerklePath> {
        if index >= self.leaves {
            return None;
        }
        let mut siblings = BoundedVec::new();
        let mut at = usize::try_from(index).ok()?;
        for level in &self.levels {
            if let Some(sibling) = level.get(at ^ 1) {
                siblings.try_push(*sibling).ok()?;
            }
            at /= 2;
        }
        Some(MerklePath { leaves: self.leaves, index, siblings })
    }
}

/// The proof that a value is one of a tree's: its place, and the hashes beside its way up.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct MerklePath {
    /// The number of the tree's leaves.
    pub leaves: u32,
    /// The value's index among them, from 0.
    pub index: u32,
    /// The partner of each node on the way up that has one, from the leaf on.
    pub siblings: BoundedVec<[u8; 32], ConstU32<MAX_PATH>>,
}

impl MerklePath {
    /// The root of the tree that has `value` at this place; `None` if no tree has a path of this form.
    pub fn root(&self, value: &impl Encode) -> Option<[u8; 32]> {
        if self.index >= self.leaves || self.leaves > MAX_LEAVES {
            return None;
        }
        let (mut at, mut width, mut node) = (self.index, self.leaves, leaf(value));
        let mut siblings = self.siblings.iter();
        while width > 1 {
            if (at ^ 1) < width {
                let sibling = siblings.next()?;
                node = if at % 2 == 0 { inner(&node, sibling) } else { inner(sibling, &node) };
            }
            (at, width) = (at / 2, width.div_ceil(2));
        }
        siblings.next().is_none().then(|| root(self.leaves, &node))
    }
}

fn leaf(value: &impl Encode) -> [u8; 32] {
    blake2_256(&(0u8, value).encode())
}

fn inner(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    blake2_256(&(1u8, left, right).encode())
}

fn root(leaves: u32, top: &[u8; 32]) -> [u8; 32] {
    blake2_256(&(2u8, leaves, top).encode())
}

/// The node above a pair, or the one that has no partner itself.
fn parent(pair: &[[u8; 32]]) -> Option<[u8; 32]> {
    match pair {
        [left, right] => Some(inner(left, right)),
        [alone] => Some(*alone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any other implementation must give these roots for the leaves 0, 1, 2, … as u32.
    #[test]
    fn golden_vectors() {
        let expected = [
            (0, "0000000000000000000000000000000000000000000000000000000000000000"),
            (1, "a16ce2f585e9e41fe1fbf35ce1355900da9077078cf4129905900af9cc14d283"),
            (2, "533aec0891a981d9dc059a19e830f7162c5bfda367b9a7d1f094e4bda12e62bd"),
            (3, "12bd5747bdd54b0d8513383d8a0e8ce70a267e9254bb1e7ccc81e0ecc140059c"),
            (5, "dd3eb46a8a4c59b79e818bd74f2904b6d7b6a35fe300f88f5f0541464aa3dfc8"),
            (4096, "7699d97826e9edacb94ecaa890738b5fcbc2c9b71c7f9c8fc49b317431ef0932"),
        ];
        for (leaves, root) in expected {
            let tree = MerkleTree::of(0..leaves).expect("few leaves");
            assert_eq!(hex::encode(tree.root()), root, "{leaves} leaves");
        }
    }

    #[test]
    fn a_tree_has_a_greatest_number_of_leaves() {
        assert!(MerkleTree::of(0..MAX_LEAVES).is_some());
        assert!(MerkleTree::of(0..=MAX_LEAVES).is_none());
    }

    #[test]
    fn a_path_of_another_form_proves_nothing() {
        let path = MerkleTree::of(0u32..5).and_then(|tree| tree.path(4)).expect("a fifth leaf");
        assert_eq!(path.siblings.len(), 1, "the fifth of five moves up twice");
        let mut longer = path.clone();
        longer.siblings.try_push([0; 32]).expect("room");
        assert_eq!(longer.root(&4u32), None);
        assert_eq!(MerklePath { siblings: BoundedVec::new(), ..path.clone() }.root(&4u32), None);
        assert_eq!(MerklePath { index: 5, ..path.clone() }.root(&4u32), None);
        assert_eq!(MerklePath { leaves: MAX_LEAVES + 1, ..path }.root(&4u32), None);
    }

    proptest! {
        #[test]
        fn each_leaf_is_proved_by_its_own_path_alone(
            values in proptest::collection::vec(any::<u64>(), 1..70),
            place in any::<proptest::sample::Index>(),
            other in any::<u64>(),
        ) {
            let tree = MerkleTree::of(&values).expect("few leaves");
            let index = place.index(values.len());
            let path = tree.path(index as u32).expect("a leaf");
            prop_assert_eq!(path.root(&values[index]), Some(tree.root()));
            if other != values[index] {
                prop_assert_ne!(path.root(&other), Some(tree.root()));
            }
            for leaves in 1..70u32 {
                let elsewhere = MerklePath { leaves, ..path.clone() };
                prop_assert!(leaves == path.leaves || elsewhere.root(&values[index]) != Some(tree.root()));
            }
        }
    }
}
