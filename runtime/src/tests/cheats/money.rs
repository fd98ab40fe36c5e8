//! Other people's euros, and what is deposited for state.

use super::{
    super::chain::{account, apply, begin_block, on_preset},
    before::{self, DAY_WH, EVENING_PRICE, NOON_PRICE, POINT_W, SLOT_WH},
    euros, table_says,
    world::{Chain, FEEDER, Home, NETWORK_FEE, ROOT, Shown, by, operator, person, wealth_ueur},
};
use crate::{
    Assets, Purse, Registry, Runtime, RuntimeCall,
    configs::{Eur, treasury_account},
    genesis::DEV,
    units::{EUR, EUR_ASSET},
};
use deren_primitives::{
    DeviceRole::{Grid, Production},
    Side,
};
use deren_runtime_apis::{PursePage, Purses};
use frame_support::traits::{fungible::Inspect as _, fungibles::Inspect};
use pallet_deren_registry::USUAL_REGISTER_STEP_MWH;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};

fn share(part: u128, of: u128) -> String {
    format!("{}% of it", 100 * part / of)
}

/// The on-ramp was issuer, admin and freezer. Now it is none of them, and no call of theirs is open to anyone.
#[test]
fn an_account_of_purses_that_the_on_ramp_takes() {
    let taken = on_preset(DEV, || {
        begin_block();
        let pot = Purse::account();
        let call = |who, call| apply(who, RuntimeCall::Assets(call)).is_ok_and(|outcome| outcome.is_ok());
        let id = || EUR_ASSET.into();
        let gift = pallet_assets::Call::transfer { id: id(), target: pot.clone().into(), amount: EUR };
        assert!(call(Charlie, gift), "anyone gives what is theirs");
        let (source, dest) = (pot.clone().into(), account(Bob).into());
        call(Alice, pallet_assets::Call::force_transfer { id: id(), source, dest, amount: EUR });
        call(Alice, pallet_assets::Call::burn { id: id(), who: pot.clone().into(), amount: EUR });
        EUR - Assets::balance(EUR_ASSET, &pot)
    });
    table_says("take the account of all purses with the on-ramp's key", share(EUR, EUR), share(taken, EUR));
}

#[test]
fn euros_that_nobody_paid_for() {
    let percent = on_preset(DEV, || {
        begin_block();
        let cap_ueur = pallet_deren_on_ramp::DailyCap::<Runtime>::get();
        let issue = |amount_ueur| {
            let issue = pallet_deren_on_ramp::Call::issue { to: account(Bob), amount_ueur };
            apply(Alice, RuntimeCall::OnRamp(issue)).is_ok_and(|outcome| outcome.is_ok())
        };
        let before = Assets::total_issuance(EUR_ASSET);
        // Each time half of what it may, until it may no more.
        for _ in 0..10 {
            issue(cap_ueur / 2);
        }
        100 * (Assets::total_issuance(EUR_ASSET) - before) / cap_ueur
    });
    let after = format!("{percent}% of the daily cap");
    table_says("issue euros that nobody paid for, with the on-ramp's key", "no bound", after);
}

/// A home below the operator's line sells at noon's price to one above it that pays the evening's.
#[test]
fn the_spread_as_a_network_fee() {
    let before = before::money_ueur(DAY_WH, EVENING_PRICE - NOON_PRICE);
    let after = Chain::run(|chain| {
        let operator = operator();
        let refused = Registry::set_edge(by(&operator), FEEDER, EVENING_PRICE - NOON_PRICE, None, None);
        assert!(refused.is_err() && NETWORK_FEE < EVENING_PRICE - NOON_PRICE);
        let [below, above] = [1, 2].map(person);
        let mut seller = Home::at(1, &below, FEEDER, POINT_W).with(&[Grid, Production], USUAL_REGISTER_STEP_MWH);
        let mut buyer = Home::at(2, &above, ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        seller.order(Side::Sell, NOON_PRICE);
        buyer.order(Side::Buy, EVENING_PRICE);
        chain.day(&[&operator], |_, slot| {
            seller.read(slot, &Shown::sold(SLOT_WH));
            buyer.read(slot, &Shown::bought(SLOT_WH));
        })
    });
    table_says("take the price spread as a network fee", euros(before), euros(after));
}

/// What could not be delivered to an account without a key: it comes with the next fee that is.
#[test]
fn what_the_treasury_is_due() {
    let locked = Chain::run(|_| {
        let treasury = treasury_account();
        let mut page = Purse::page();
        page.hold(&person(1), EUR).expect("there is enough");
        page.pay_held(&person(1), EUR).expect("it is on hold");
        page.receive(&treasury, EUR).expect("it was paid");
        page.close().expect("the books match");
        let before = Eur::balance(&treasury);
        Purse::deliver(&treasury);
        EUR - (Eur::balance(&treasury) - before)
    });
    table_says("lock what the treasury was due", share(EUR, EUR), share(locked, EUR));
}

/// By the first rules a device cost the fee of its registration, 0.0375 REN, and stayed for ever. Its deposit comes
/// back when it goes.
#[test]
fn state_that_is_left_behind() {
    let before = 1_000 * 3_750;
    let after = Chain::run(|_| {
        let owner = person(1);
        let mut home = Home::at(1, &owner, ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        let free_ueur = || (Eur::balance(&owner) + Purse::free_ueur(&owner)) as i128;
        let (before_ueur, wealth) = (free_ueur(), wealth_ueur(&[&owner]));
        home.add(Production, POINT_W, USUAL_REGISTER_STEP_MWH).expect("it fits");
        assert_eq!(wealth_ueur(&[&owner]), wealth, "a deposit is the owner's");
        1_000 * (before_ueur - free_ueur())
    });
    let shown = |ueur| format!("for {}", euros(ueur));
    table_says("leave 1000 devices behind", shown(before), shown(after));
}
