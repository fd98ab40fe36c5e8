//! Markets beside each other: what stands still in one goes on in all others.

use super::chain::{account, on_preset, run_to};
use crate::{Matching, Metering, Registry, Runtime, RuntimeOrigin, System, genesis::LOCAL};
use deren_primitives::{MarketId, Slot, ZoneId};
use deren_runtime_apis::Metering as _;
use frame_support::{assert_ok, traits::Hooks};
use pallet_deren_matching::types::{MarketProgress, Settling};
use pallet_deren_metering::ClosedThrough;
use pallet_deren_registry::{NextMarket, NextZone};
use sp_keyring::Sr25519Keyring::Dave;

/// A market of two zones; gives it and the lower zone.
pub(super) fn market() -> (MarketId, ZoneId) {
    let operator = account(Dave);
    let market = MarketId(NextMarket::<Runtime>::get());
    assert_ok!(Registry::create_market(RuntimeOrigin::root(), operator.clone(), 15, 100, 50_000));
    let root = ZoneId(NextZone::<Runtime>::get());
    assert_ok!(Registry::create_zone(RuntimeOrigin::signed(operator.clone()), market, None));
    assert_ok!(Registry::create_zone(RuntimeOrigin::signed(operator), market, Some((root, 1_000, None, None))));
    (market, ZoneId(root.0 + 1))
}

/// The slot becomes current, all before it are closed, and the markets go on.
pub(super) fn begin(slot: Slot) {
    pallet_timestamp::Now::<Runtime>::put(Metering::clock().start_ms(slot));
    ClosedThrough::<Runtime>::put(Slot(slot.0 - 1));
    Matching::on_initialize(System::block_number());
}

/// A page of this slot is missing, so that it can never be settled.
pub(super) fn let_stand(market: MarketId, slot: Slot) {
    let settling =
        Settling { next_page: 0, pages: 1, cleared_in_block: 0, is_void: false, in_transit_ueur: 0, summary: None };
    pallet_deren_matching::Progress::<Runtime>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
}

#[test]
fn a_market_that_stands_still_lets_another_change_its_fees() {
    on_preset(LOCAL, || {
        run_to(1);
        let ((stuck, _), (going, zone)) = (market(), market());
        let now = Metering::current_slot();
        begin(now);
        let_stand(stuck, Slot(now.0 - 1));
        for change in 1..=20 {
            begin(Slot(now.0 + change));
            let changed = Registry::set_edge(RuntimeOrigin::signed(account(Dave)), zone, change, None, None);
            assert_eq!(changed, Ok(()), "change {change} of market {going}");
        }
    });
}
