//! One meter, one point or one reading, many times.

use super::{
    before::{self, DAY_WH, POINT_W, PRICE},
    euros, table_says,
    world::{Chain, DAY, FEEDER, Home, ROOT, Shown, approve, person, submit},
};
use deren_primitives::{
    DeviceId,
    DeviceRole::{Grid, Production},
};
use pallet_deren_registry::{MAX_DEVICES_PER_SITE, USUAL_REGISTER_STEP_MWH};

/// What a point's made-up registers yield more, if it is approved a second time.
#[test]
fn one_point_as_two_sites() {
    let approved_again = Chain::run(|_| {
        let owner = person(1);
        Home::at(1, &owner, ROOT, POINT_W);
        approve(2, 1, &owner, FEEDER, POINT_W).is_ok()
    });
    let of_a_site = before::money_ueur(DAY_WH, PRICE) + before::minted_ueur(DAY_WH);
    let after = if approved_again { of_a_site } else { 0 };
    table_says("one connection point as a second site", euros(of_a_site), euros(after));
}

/// Beside the grid meter a site had room for fifteen devices, each rated as high as the point.
#[test]
fn devices_that_are_each_rated_as_the_point() {
    let most = MAX_DEVICES_PER_SITE - 1;
    let registered = Chain::run(|_| {
        let mut home = Home::at(1, &person(1), ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        (0..most).filter(|_| home.add(Production, POINT_W, USUAL_REGISTER_STEP_MWH).is_ok()).count()
    });
    let shown = |devices: i128| format!("{} kWh shown", devices * DAY_WH / 1_000);
    table_says("rate fifteen devices at the whole connection", shown(most.into()), shown(registered as i128));
}

/// A device and two owners who want to have it at their sites: the first has it, and gives it up or not.
fn squat(gives_up: bool) -> &'static str {
    Chain::run(|chain| {
        let device = DeviceId([77; 32]);
        let [owner, squatter] = [1, 2].map(|number| Home::at(number, &person(number), ROOT, POINT_W));
        let register = |home: &Home| home.register(device, Grid, POINT_W, USUAL_REGISTER_STEP_MWH);
        if gives_up {
            register(&owner).expect("nobody has it");
            crate::Registry::remove_device(super::world::by(&owner.owner), device).expect("it is the owner's");
            chain.go_to(DAY);
        }
        if register(&squatter).is_ok() { "taken" } else { "refused" }
    })
}

#[test]
fn a_name_that_was_given_up() {
    table_says("take a device's name that its owner gave up", "taken", squat(true));
}

/// A call that waits for its block can be read, and another one goes before it.
#[test]
fn a_name_that_waits_to_be_registered() {
    table_says("take a device's name before its owner registers it", "taken", squat(false));
}

/// What a reading yields that is brought in so many times, or too early: its energy's price if it is taken.
fn yields(bring: impl FnOnce(&mut Chain, &mut Home) -> bool) -> i128 {
    let is_taken = Chain::run(|chain| {
        let mut home = Home::at(1, &person(1), ROOT, POINT_W).with(&[Grid, Production], USUAL_REGISTER_STEP_MWH);
        chain.go_to(DAY.next());
        bring(chain, &mut home)
    });
    if is_taken { before::money_ueur(DAY_WH, PRICE) } else { 0 }
}

#[test]
fn a_reading_that_is_brought_twice() {
    let after = yields(|_, home| {
        let (batch, signature) = home.batch(DAY, &Shown::sold(2_500));
        submit(batch.clone(), signature).expect("it is valid").expect("it succeeds");
        submit(batch, signature).is_ok()
    });
    table_says("bring the same reading twice", euros(0), euros(after));
}

#[test]
fn a_reading_that_comes_too_early() {
    let after = yields(|chain, home| {
        let (batch, signature) = home.batch(chain.slot(), &Shown::sold(2_500));
        submit(batch, signature).is_ok()
    });
    table_says("bring a reading of a slot that is not over", euros(0), euros(after));
}
