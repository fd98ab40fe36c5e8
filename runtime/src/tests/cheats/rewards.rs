//! REN for trades among those who know each other.

use super::{
    before::{self, DAY_WH, POINT_W, PRICE},
    euros, table_says,
    world::{Chain, FEEDER, Home, ROOT, Shown, operator, person},
};
use deren_primitives::{
    DeviceRole::{Grid, Production},
    Side, ZoneId,
};
use pallet_deren_registry::{MAX_POINT_POWER_W, USUAL_REGISTER_STEP_MWH};

/// Two points of one ring: the one at this zone sells all that it may show to the one at the root.
struct Ring {
    /// Accounts of who sells and who buys.
    people: [u8; 2],
    zone: ZoneId,
    power_w: u32,
    asked: u32,
    offered: u32,
}

impl Ring {
    /// What the ring earns on a day; its operator is in it.
    fn yields(&self) -> i128 {
        Chain::run(|chain| {
            let [seller, buyer] = self.people.map(person);
            let (roles, step) = ([Grid, Production], USUAL_REGISTER_STEP_MWH);
            let mut sells = Home::at(1, &seller, self.zone, self.power_w).with(&roles, step);
            let mut buys = Home::at(2, &buyer, ROOT, self.power_w).with(&roles[..1], step);
            sells.order(Side::Sell, self.asked);
            buys.order(Side::Buy, self.offered);
            let wh = u64::from(self.power_w) * 11 / 40;
            let mut ring = vec![&seller, &buyer];
            ring.dedup();
            let operator = operator();
            ring.push(&operator);
            chain.day(&ring, |_, slot| {
                sells.read(slot, &Shown::sold(wh));
                buys.read(slot, &Shown::bought(wh));
            })
        })
    }
}

/// By the first rules a ring got REN for all energy, and lost the protocol fee.
fn ring_before(price: u32) -> i128 {
    before::minted_ueur(DAY_WH) - before::fee_ueur(DAY_WH, price)
}

#[test]
fn trading_with_oneself_for_nothing() {
    let after = Ring { people: [1, 1], zone: ROOT, power_w: POINT_W, asked: 0, offered: 0 }.yields();
    table_says("trade at price 0 between one's own two sites", euros(ring_before(0)), euros(after));
}

#[test]
fn trading_with_oneself_for_money() {
    let after = Ring { people: [1, 1], zone: ROOT, power_w: POINT_W, asked: PRICE, offered: PRICE }.yields();
    table_says("trade with oneself at a real price", euros(ring_before(PRICE)), euros(after));
}

#[test]
fn a_ring_of_two_owners() {
    let after = Ring { people: [1, 2], zone: ROOT, power_w: POINT_W, asked: PRICE, offered: PRICE }.yields();
    table_says("a ring of two owners", euros(ring_before(PRICE)), euros(after));
}

/// The line's fee is the operator's, and the seller gets that much less; so neither price can be another.
#[test]
fn a_ring_with_its_operator() {
    let asked = PRICE - super::world::NETWORK_FEE;
    let after = Ring { people: [1, 2], zone: FEEDER, power_w: MAX_POINT_POWER_W, asked, offered: PRICE }.yields();
    table_says("a ring with its operator, who approves it two points of 1 MW", euros(before::era_ueur()), euros(after));
}
