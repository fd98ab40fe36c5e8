//! Trades that are left out once it is known what they are worth.

use super::{
    before::{self, NOON_PRICE, POINT_W, PRICE},
    euros, table_says,
    world::{Chain, DAY, Home, MARKET, ROOT, Shown, by, person},
};
use crate::{Assets, Runtime, units::EUR_ASSET};
use deren_primitives::{
    DeviceRole::{Grid, Production},
    Quality, Side,
};
use pallet_deren_matching::{Progress, Summaries};
use pallet_deren_registry::USUAL_REGISTER_STEP_MWH;

/// A neighbour who sells, and the cheat, who buys.
fn seller_and_buyer() -> [Home; 2] {
    let [cheat, neighbour] = [1, 2].map(person);
    let seller = Home::at(2, &neighbour, ROOT, POINT_W).with(&[Grid, Production], USUAL_REGISTER_STEP_MWH);
    let buyer = Home::at(1, &cheat, ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
    seller.order(Side::Sell, PRICE);
    buyer.order(Side::Buy, PRICE);
    [seller, buyer]
}

/// What the cheat pays on a day in which it imports 10 kWh, and calls its readings of half of them suspect or not.
fn pays(is_choosy: bool) -> i128 {
    Chain::run(|chain| {
        let [mut seller, mut buyer] = seller_and_buyer();
        let cheat = buyer.owner.clone();
        -chain.day(&[&cheat], |number, slot| {
            let wh = if number < 40 { 250 } else { 0 };
            seller.read(slot, &Shown::sold(wh));
            let quality = if is_choosy && number % 2 == 0 { Quality::SUSPECT } else { Quality::GOOD };
            buyer.read(slot, &Shown { quality, ..Shown::bought(wh) });
        })
    })
}

/// In every second slot the cheat's other tariff turns out to be as cheap as noon.
#[test]
fn the_last_look() {
    let elsewhere = before::money_ueur(5_000, NOON_PRICE);
    let before = before::money_ueur(5_000, PRICE) + before::fee_ueur(5_000, PRICE) - elsewhere;
    let after = pays(false) - pays(true) - elsewhere;
    table_says("last look: leave out 5 kWh that are cheaper elsewhere", euros(before), euros(after));
}

/// All readings of six hours are known, and none of their slots is settled, when the buyer moves its money.
#[test]
fn money_moved_away_while_the_market_lags() {
    let slots = 24u32;
    let paid = Chain::run(|chain| {
        let [mut seller, mut buyer] = seller_and_buyer();
        chain.go_to(DAY);
        chain.halt(slots);
        for slot in (0..slots).map(|number| DAY.plus(number)) {
            seller.read(slot, &Shown::sold(2_500));
            buyer.read(slot, &Shown::bought(2_500));
        }
        let free_ueur = Assets::balance(EUR_ASSET, &buyer.owner);
        Assets::transfer(by(&buyer.owner), EUR_ASSET.into(), person(3).into(), free_ueur - 1).expect("it is free");
        let is_settled = || Progress::<Runtime>::get(MARKET).is_some_and(|progress| progress.next >= DAY.plus(slots));
        chain.wait_for("settlement", is_settled);
        let bought = |number: &u32| {
            Summaries::<Runtime>::get(MARKET, DAY.plus(*number)).is_some_and(|summary| summary.bought_wh > 0)
        };
        (0..slots).filter(bought).count()
    });
    // By the first rules one slot was covered by what was on hold.
    let shown = |paid: usize| format!("{} of {slots} slots not paid", slots as usize - paid);
    table_says("move money away while the market lags six hours", shown(1), shown(paid));
}
