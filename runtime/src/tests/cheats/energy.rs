//! Energy that is not there, or not what it is said to be.

use super::{
    before::{self, DAY_WH, EVENING_PRICE, NOON_PRICE, POINT_W, PRICE, SLOT_WH, STEP_MWH},
    euros, table_says,
    world::{Chain, Home, ROOT, SLOTS_A_DAY, Shown, person},
};
use deren_market::{EXCESS_DAYS, Energies, ExcessHistory, SlotEnergies};
use deren_primitives::{
    DeviceRole::{Grid, Production, Storage},
    Side, Slot,
};
use pallet_deren_registry::USUAL_REGISTER_STEP_MWH;

/// What a seller earns on a day from a neighbour who buys, and consumes, all of it. `shown` is what its meters show in
/// each slot, `None` if they are silent.
fn sells(price: u32, register_step_mwh: u32, shown: impl Fn(u32) -> Option<Shown>) -> i128 {
    Chain::run(|chain| {
        let (cheat, neighbour) = (person(1), person(2));
        let mut seller = Home::at(1, &cheat, ROOT, POINT_W);
        // The owner takes the largest step that it may.
        let refused = seller.add(Grid, POINT_W, register_step_mwh).is_err();
        let step = if refused { USUAL_REGISTER_STEP_MWH } else { register_step_mwh };
        let roles = [Grid, Production, Storage];
        let mut seller = seller.with(if refused { &roles } else { &roles[1..] }, step);
        let mut buyer = Home::at(2, &neighbour, ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        seller.order(Side::Sell, price);
        buyer.order(Side::Buy, price);
        let most_wh = SLOT_WH + 2 * u64::from(step) / 1_000;
        chain.day(&[&cheat], |number, slot| {
            let Some(mut shown) = shown(number) else { return };
            shown.export_wh = shown.export_wh.min(most_wh);
            shown.produced_wh = shown.produced_wh.min(most_wh);
            seller.read(slot, &shown);
            buyer.read(slot, &Shown::bought(shown.export_wh));
        })
    })
}

/// By the first rules energy that sold brought its price, and 1 REN a kWh that was said to be produced.
fn sold_before(wh: i128, price: u32) -> i128 {
    before::money_ueur(wh, price) + before::minted_ueur(wh)
}

/// The most that the chain lets a point show.
fn all() -> Shown {
    Shown::sold(u64::MAX)
}

#[test]
fn made_up_registers() {
    let after = sells(PRICE, USUAL_REGISTER_STEP_MWH, |_| Some(all()));
    table_says("made-up registers of a 10 kW point", euros(sold_before(DAY_WH, PRICE)), euros(after));
}

#[test]
fn made_up_registers_with_a_large_step() {
    let before = sold_before(DAY_WH + before::steps_wh(STEP_MWH), PRICE);
    let after = sells(PRICE, STEP_MWH, |_| Some(all()));
    table_says("the same with a register step of 1 kWh", euros(before), euros(after));
}

/// What a site sells in thirty days whose every slot shows this, in Wh; a day's is a thirtieth.
fn sold_in_a_month(export_wh: u64, produced_wh: u64) -> i128 {
    let mut energies = SlotEnergies::default();
    energies.add(Grid, USUAL_REGISTER_STEP_MWH, Energies { import_wh: 0, export_wh });
    energies.add(Production, USUAL_REGISTER_STEP_MWH, Energies { import_wh: 0, export_wh: produced_wh });
    let claim = energies.claim().expect("a grid meter was read");
    let (mut history, first) = (ExcessHistory::default(), SLOTS_A_DAY * 20_000);
    let slots = (first..first + SLOTS_A_DAY * EXCESS_DAYS).map(Slot);
    slots.map(|slot| i128::from(history.judge(slot, SLOTS_A_DAY, &claim))).sum()
}

#[test]
fn a_large_register_step_without_any_sun() {
    // What two of the largest steps show that an owner may choose now.
    let sold_wh = sold_in_a_month(2 * u64::from(USUAL_REGISTER_STEP_MWH) / 1_000, 0);
    let after = before::money_ueur(sold_wh, PRICE) / i128::from(EXCESS_DAYS);
    let before = sold_before(before::steps_wh(STEP_MWH), PRICE);
    table_says("a register step of 1 kWh, and no sun", euros(before), euros(after));
}

#[test]
fn five_percent_more_than_is_shown() {
    let shown_wh = 2_500u64;
    let a_month_wh = i128::from(SLOTS_A_DAY * EXCESS_DAYS) * i128::from(shown_wh);
    let sold_wh = sold_in_a_month(shown_wh * 105 / 100, shown_wh);
    let after = before::money_ueur(sold_wh - a_month_wh, PRICE) / i128::from(EXCESS_DAYS);
    let before = before::money_ueur(a_month_wh * 5 / 100, PRICE) / i128::from(EXCESS_DAYS);
    table_says("sell 5% more than is shown, at 10 kW all day", euros(before), euros(after));
}

/// The clamp does not see what the home uses, so that all that is produced seems to flow out.
#[test]
fn hidden_own_use() {
    let after = sells(PRICE, USUAL_REGISTER_STEP_MWH, |number| Some(Shown::sold(if number < 60 { 250 } else { 0 })));
    table_says("sell 15 kWh of hidden own use", euros(sold_before(15_000, PRICE)), euros(after));
}

/// Who lies about the samples as well is a maker-up of registers.
#[test]
fn a_guess_that_is_called_good() {
    let after = sells(PRICE, USUAL_REGISTER_STEP_MWH, |_| Some(Shown { samples: 0, ..all() }));
    table_says("say good of a guess", euros(sold_before(DAY_WH, PRICE)), euros(after));
}

/// Four times in the evening a reading carries what four hours of silence gathered.
#[test]
fn energy_held_back() {
    let held_back_wh = 4 * i128::from(SLOT_WH);
    let at_noon = before::money_ueur(held_back_wh, NOON_PRICE);
    let before = before::money_ueur(held_back_wh, EVENING_PRICE) - at_noon;
    let read = |number| match number {
        0 => Some(Shown::NOTHING),
        72 | 76 | 80 | 84 => Some(Shown::sold(SLOT_WH)),
        _ => None,
    };
    let after = sells(EVENING_PRICE, USUAL_REGISTER_STEP_MWH, read) - at_noon;
    table_says("hold 11 kWh of noon back for the evening", euros(before), euros(after));
}

/// The home uses its own sun while its battery, which was charged at noon's price, exports.
#[test]
fn a_battery_charged_from_the_grid() {
    let charged = before::money_ueur(10_000, NOON_PRICE);
    let shown = Shown { export_wh: 250, produced_wh: 250, discharged_wh: 250, ..Shown::NOTHING };
    let exports = |number| Some(if number < 40 { shown } else { Shown::NOTHING });
    let after = sells(EVENING_PRICE, USUAL_REGISTER_STEP_MWH, exports) - charged;
    let before = sold_before(10_000, EVENING_PRICE) - charged;
    table_says("sell a battery's 10 kWh from the grid as the sun's", euros(before), euros(after));
}
