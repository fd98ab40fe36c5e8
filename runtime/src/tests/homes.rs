//! The first state of a load test is one that registration could have left.

use crate::{
    Matching, Registry, Runtime, Timestamp,
    fuzzing::blocks::{begin_block_at, merged},
    genesis::{self, DEV},
    homes::{Entries, FirstState, HOMES_A_MARKET, Home},
};
use deren_primitives::{DeviceRole, GatewayId, MarketId};
use deren_runtime_apis::MarketRegistry;
use sp_core::{Pair, storage::Storage};
use sp_io::TestExternalities;
use sp_state_machine::BasicExternalities;
use std::collections::BTreeSet;

const NOW_MS: u64 = 1_790_000_001_000;
/// The second market has three.
const HOMES: u32 = HOMES_A_MARKET + 3;

fn preset() -> Storage {
    let mut storage = Storage::default();
    let patch = genesis::preset(&DEV.into()).expect("the preset exists");
    let build = || genesis::build_state(merged(&patch)).expect("it builds");
    BasicExternalities::execute_with_storage(&mut storage, build);
    storage
}

fn all(homes: u32) -> Vec<Entries> {
    let mut first = FirstState::new(preset(), homes, NOW_MS).expect("it begins");
    let mut parts: Vec<Entries> = std::iter::from_fn(|| first.next_market().expect("nothing is refused")).collect();
    parts.push(first.rest());
    parts
}

#[test]
fn all_homes_are_registered_and_all_invariants_hold() {
    let parts = all(HOMES);
    assert_eq!(parts.len(), 3, "two markets and the rest");
    let keys: BTreeSet<_> = parts.iter().flatten().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), parts.iter().map(Vec::len).sum::<usize>(), "no key is in two parts");
    let top = parts.iter().flatten().cloned().collect();
    let mut state = TestExternalities::new(Storage { top, ..Storage::default() });
    state.execute_with(|| {
        begin_block_at(NOW_MS + 60_000);
        assert_eq!(crate::check_invariants(), Ok(()));
        assert_eq!(<Registry as MarketRegistry<_>>::markets(), [MarketId(0), MarketId(1)]);
        let slot = crate::Metering::clock().slot_at(Timestamp::get());
        for number in [0, HOMES_A_MARKET - 1, HOMES_A_MARKET, HOMES - 1] {
            let home = Home(number);
            let site = <Registry as MarketRegistry<_>>::site(home.site(), slot).expect("it is active");
            assert_eq!((site.market, site.owner), (home.market(), home.owner()));
            let gateway = GatewayId(home.gateway_key().public().0);
            let devices: Vec<_> = home.devices().map(|(device, _)| device).collect();
            assert_eq!(Registry::gateway_record(gateway).expect("it is linked").devices, devices);
            let roles = <Registry as MarketRegistry<_>>::devices(home.site(), slot);
            assert!(roles.iter().any(|(_, role)| *role == DeviceRole::Grid));
        }
        for market in [MarketId(0), MarketId(1)] {
            let input = Matching::clearing_input(market, slot).expect("the market has a network");
            assert!(input.steps.is_empty(), "nothing is measured yet");
        }
        let orders = pallet_deren_matching::OrderCount::<Runtime>::get(MarketId(0));
        assert_eq!(orders, HOMES_A_MARKET);
    });
}

#[test]
fn a_chain_with_markets_is_refused() {
    let parts = all(1);
    let storage = Storage { top: parts.into_iter().flatten().collect(), ..Storage::default() };
    assert!(FirstState::new(storage, 1, NOW_MS).is_err());
}
