//! What stands still, or comes too late, for what others do.

use super::{
    super::{
        chain::{apply, begin_block, on_preset, run_to},
        limits::blocks_after_a_halt,
        progress,
    },
    before::POINT_W,
    table_says,
    world::{Chain, Home, ROOT, Shown, person},
};
use crate::{
    Assets, Custody, Metering, Notice, Purse, Runtime, RuntimeCall, RuntimeOrigin, System,
    configs::{CouncilCollective, MaxMarkets},
    genesis::{DEV, LOCAL},
    units::{BLOCKS_PER_HOUR, EUR, EUR_ASSET},
};
use deren_primitives::{Anchor, DeviceRole::Grid, MarketId, ReadingOutcome, ReadingVerdict};
use deren_runtime_apis::Metering as _;
use frame_support::traits::Get;
use pallet_collective::RawOrigin;
use pallet_deren_matching::Progress;
use pallet_deren_registry::USUAL_REGISTER_STEP_MWH;
use sp_keyring::Sr25519Keyring::{Alice, Charlie};
use sp_runtime::traits::Dispatchable;

/// Slots of six hours.
const SLOTS: u32 = 24;

/// By the first rules all slots of a halt closed together after 40 blocks of 7 260 readings.
#[test]
fn a_halt_of_the_chain() {
    let readings = 75_000 * u64::from(SLOTS);
    let before = 100 * (readings - 40 * 7_260) / readings;
    let (needed, there) = blocks_after_a_halt(SLOTS);
    let after = 100 * needed.saturating_sub(there) / needed;
    let shown = |percent| format!("{percent}% of readings late");
    table_says("halt the chain for six hours", shown(before), shown(after));
}

/// The newest final block is a hundredth one: a gateway anchors there while finality is gone. By the first rules
/// anchors were good for an hour.
#[test]
fn a_halt_of_finality() {
    let worthless = Chain::in_real_time(|chain| {
        let home = Home::at(1, &person(1), ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        chain.jump(99);
        chain.next_block();
        let anchor = Anchor { block_number: 100, block_hash: System::block_hash(100).0 };
        let mut is_worthless = || {
            let slot = chain.slot();
            chain.jump(BLOCKS_PER_HOUR / 4);
            let (batch, signature) = home.clone().batch_at(slot, &Shown::NOTHING, anchor);
            let [ReadingOutcome::Accepted(verdict)] = Metering::check(batch, signature)[..] else { return true };
            [ReadingVerdict::ANCHOR_STALE, ReadingVerdict::ANCHOR_UNKNOWN].into_iter().any(|bad| verdict.contains(bad))
        };
        (0..SLOTS).filter(|_| is_worthless()).count() as u32
    });
    let shown = |slots: u32| format!("{slots} of {SLOTS} slots worthless");
    table_says("halt finality for six hours", shown(SLOTS - 4), shown(worthless));
}

fn stand(markets: u32) -> String {
    let most: u32 = MaxMarkets::get();
    format!("{markets} of {most} stand")
}

/// By the first rules everything waited for the slowest market.
#[test]
fn a_market_that_stands_still() {
    let standing = on_preset(LOCAL, || {
        run_to(1);
        let markets: Vec<_> = (0..MaxMarkets::get()).map(|_| progress::market().0).collect();
        let now = Metering::current_slot();
        progress::begin(now);
        progress::let_stand(markets[0], now);
        progress::begin(now.next());
        let stands =
            |market: &&MarketId| Progress::<Runtime>::get(market).is_some_and(|progress| progress.next < now.next());
        markets.iter().filter(stands).count() as u32
    });
    table_says("make one market stand still", stand(MaxMarkets::get()), stand(standing));
}

/// Nobody who signs can freeze the account in which all purses are, nor can the administration.
#[test]
fn an_account_of_purses_that_is_frozen() {
    let is_frozen = on_preset(DEV, || {
        begin_block();
        let pot = Purse::account();
        let gift = pallet_assets::Call::transfer { id: EUR_ASSET.into(), target: pot.clone().into(), amount: EUR };
        apply(Charlie, RuntimeCall::Assets(gift)).expect("valid").expect("it succeeds");
        let freeze = pallet_assets::Call::freeze { id: EUR_ASSET.into(), who: pot.clone().into() };
        let by_the_on_ramp = apply(Alice, RuntimeCall::Assets(freeze)).is_ok_and(|outcome| outcome.is_ok());
        let by_the_administration = Custody::freeze(RuntimeOrigin::root(), pot.clone()).is_ok();
        assert_eq!(Assets::balance(EUR_ASSET, &pot), EUR);
        by_the_on_ramp || by_the_administration
    });
    let after = if is_frozen { MaxMarkets::get() } else { 0 };
    table_says("freeze the account of all purses", stand(MaxMarkets::get()), stand(after));
}

/// Two thirds of the council could do it. Now nobody signs such a call, and none can be announced.
#[test]
fn all_euros_that_are_frozen() {
    let is_frozen = on_preset(DEV, || {
        begin_block();
        let freeze = || RuntimeCall::Assets(pallet_assets::Call::freeze_asset { id: EUR_ASSET.into() });
        let by_the_on_ramp = apply(Alice, freeze()).is_ok_and(|outcome| outcome.is_ok());
        let council = || RuntimeOrigin::from(RawOrigin::<_, CouncilCollective>::Members(1, 1));
        let team = || crate::configs::treasury_account().into();
        let status = || pallet_assets::Call::force_asset_status {
            id: EUR_ASSET.into(),
            owner: team(),
            issuer: team(),
            admin: team(),
            freezer: team(),
            min_balance: 1,
            is_sufficient: true,
            is_frozen: true,
        };
        let at_once = RuntimeCall::Assets(status()).dispatch(council()).is_ok();
        let announced = Notice::announce(council(), Box::new(RuntimeCall::Assets(status()))).is_ok();
        let by_the_council = at_once || announced;
        by_the_on_ramp || by_the_council
    });
    let after = if is_frozen { MaxMarkets::get() } else { 0 };
    table_says("freeze all euros", stand(MaxMarkets::get()), stand(after));
}
