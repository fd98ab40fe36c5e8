//! Only one rooted tree is a network, whatever order its zones come in.

use crate::market::{below, root};
use deren_market::{Network, NetworkError, Zone};
use deren_primitives::ZoneId;
use proptest::prelude::*;

fn refused(zones: &[Zone]) -> NetworkError {
    Network::new(zones.to_vec()).expect_err("not a tree")
}

#[test]
fn a_network_gives_back_its_zones_by_id() {
    let network = Network::new(vec![below(7, 2, 1), root(7), below(2, 9, 3)]).expect("a tree");
    assert_eq!(network.zones().collect::<Vec<_>>(), [below(7, 2, 1), root(7), below(2, 9, 3)]);
    assert_eq!(network.root(), Some(ZoneId(7)));
    assert_eq!(network.edge(ZoneId(9)), below(2, 9, 3).edge);
    assert!(network.contains(ZoneId(2)) && !network.contains(ZoneId(3)) && !network.contains(ZoneId(u32::MAX)));
}

#[test]
fn a_network_has_one_root() {
    assert_eq!(refused(&[]), NetworkError::NoRoot);
    assert_eq!(refused(&[below(1, 0, 0), below(0, 1, 0)]), NetworkError::NoRoot);
    assert_eq!(refused(&[root(4), below(4, 1, 0), root(2)]), NetworkError::TwoRoots(ZoneId(2), ZoneId(4)));
}

#[test]
fn a_zone_is_there_once() {
    assert_eq!(refused(&[root(0), below(0, 3, 1), below(0, 3, 2)]), NetworkError::DuplicateZone(ZoneId(3)));
}

#[test]
fn a_parent_is_a_zone() {
    let error = NetworkError::UnknownParent { zone: ZoneId(3), parent: ZoneId(5) };
    assert_eq!(refused(&[root(0), below(5, 3, 1)]), error);
}

#[test]
fn a_cycle_is_named_by_a_zone_on_it() {
    // 8 and 9 hang on the cycle of 5, 6 and 7, but are not on it.
    let zones = [root(0), below(7, 5, 0), below(5, 6, 0), below(6, 7, 0), below(9, 1, 0), below(6, 9, 0)];
    assert_eq!(refused(&zones), NetworkError::Cycle(ZoneId(5)));
    assert_eq!(refused(&[root(0), below(1, 1, 0)]), NetworkError::Cycle(ZoneId(1)));
}

#[test]
fn a_zone_is_at_most_8_edges_below_the_root() {
    let chain = |depth: u32| std::iter::once(root(0)).chain((1..=depth).map(|id| below(id - 1, id, 0))).collect();
    assert!(Network::new(chain(8)).is_ok());
    assert_eq!(Network::new(chain(9)), Err(NetworkError::TooDeep(ZoneId(9))));
}

#[test]
fn a_network_has_at_most_1024_zones() {
    let star = |zones: u32| std::iter::once(root(0)).chain((1..zones).map(|id| below(0, id, 0))).collect();
    assert!(Network::new(star(1024)).is_ok());
    assert_eq!(Network::new(star(1025)), Err(NetworkError::TooManyZones(1025)));
}

proptest! {
    #[test]
    fn any_list_of_zones_is_a_tree_or_refused(parents in prop::collection::vec((0..12u32, prop::option::of(0..12u32)), 0..12)) {
        let zones: Vec<_> = parents.iter().map(|(id, parent)| match parent {
            Some(parent) => below(*parent, *id, 1),
            None => root(*id),
        }).collect();
        if let Ok(network) = Network::new(zones.clone()) {
            let mut by_id = zones;
            by_id.sort_by_key(|zone| zone.id);
            prop_assert_eq!(network.zones().collect::<Vec<_>>(), by_id);
        }
    }

    #[test]
    fn the_order_of_zones_does_not_matter(
        (zones, shuffled) in Just(vec![root(4), below(4, 1, 3), below(4, 2, 0), below(1, 7, 2), below(7, 0, 9)])
            .prop_flat_map(|zones| (Just(zones.clone()), Just(zones).prop_shuffle()))
    ) {
        prop_assert_eq!(Network::new(zones), Network::new(shuffled));
    }
}
