//! Emission halves and never passes the cap; fee bases are the fees that others paid, and no ring gains by them.

use deren_market::rewards::{
    BasesFault, FeeBase, Fullness, Schedule, SiteTrade, Worth, fee_bases, fee_paid_ueur, rebate_ueur, rebates_ueur,
    verify_fee_bases, zone_claim,
};
use deren_primitives::{SiteId, ZoneId};
use proptest::prelude::*;
use std::num::NonZeroU32;

fn schedule(first_era_emission: u128, eras_per_halving: u32, hard_cap: u128) -> Schedule {
    let eras_per_halving = NonZeroU32::new(eras_per_halving).expect("not 0");
    Schedule { first_era_emission, eras_per_halving, hard_cap }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let amount = || prop_oneof![0..10_000u128, any::<u128>()];
    (amount(), prop_oneof![1..10u32, 1..=u32::MAX], amount()).prop_map(|(first, eras, cap)| schedule(first, eras, cap))
}

#[test]
fn emission_halves() {
    let schedule = schedule(100, 3, 10_000);
    let emissions: Vec<_> = (0..25).map(|era| schedule.emission(era)).collect();
    let expected = [100, 100, 100, 50, 50, 50, 25, 25, 25, 12, 12, 12, 6, 6, 6, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0];
    assert_eq!(emissions, expected);
}

#[test]
fn emission_ends_at_the_hard_cap() {
    let schedule = schedule(100, 3, 375);
    let emissions: Vec<_> = (0..8).map(|era| schedule.emission(era)).collect();
    assert_eq!(emissions, [100, 100, 100, 50, 25, 0, 0, 0]);
    assert_eq!(schedule.emitted_through(u32::MAX), 375);
}

/// What a site of this owner did: sold, bought and produced Wh, all at this price; the fee is 10%.
fn trade(site: u32, owner: u32, (sold, bought, produced): (u64, u64, u64), price: u128) -> SiteTrade<u32> {
    SiteTrade {
        site: SiteId(site),
        zone: ZoneId(0),
        owner,
        sold_wh: sold,
        bought_wh: bought,
        produced_wh: produced,
        received_ueur: price * u128::from(sold) / 1000,
        paid_ueur: (price * u128::from(bought) * 11).div_ceil(10_000),
    }
}

fn fees_of(bases: &[FeeBase<u32>]) -> Vec<(u32, u64, u128)> {
    bases.iter().map(|base| (base.site.0, base.rewarded_wh, base.fee_ueur)).collect()
}

#[test]
fn a_fee_base_is_the_energys_part_of_the_slots_fee() {
    let trades =
        [trade(1, 1, (600, 0, 600), 1_000), trade(2, 2, (400, 0, 100), 1_000), trade(3, 3, (0, 1000, 0), 1_000)];
    let bases = fee_bases(100, 1_000, &trades);
    assert_eq!(fees_of(&bases), [(1, 600, 60), (2, 100, 10)]);
    assert_eq!(verify_fee_bases(100, 1_000, &trades, &bases), Ok(()));
}

#[test]
fn an_owners_sites_count_together() {
    // Sells 500 and buys 400: 100 are for others. The rest is a trade with oneself.
    let trades = [trade(1, 1, (500, 0, 500), 1_000), trade(2, 1, (0, 400, 0), 1_000), trade(3, 3, (0, 100, 0), 1_000)];
    let bases = fee_bases(50, 1_000, &trades);
    assert_eq!(fees_of(&bases), [(1, 100, 6)]);
    assert_eq!(verify_fee_bases(50, 1_000, &trades, &bases), Ok(()));
    let alone = [trade(1, 1, (500, 0, 500), 1_000), trade(2, 1, (0, 500, 0), 1_000)];
    assert_eq!(fee_bases(50, 1_000, &alone), []);
}

#[test]
fn nothing_is_paid_at_price_zero() {
    let trades = [trade(1, 1, (500, 0, 500), 0), trade(2, 2, (0, 500, 0), 0)];
    assert_eq!(fee_bases(0, 1_000, &trades), []);
    // Not even when others paid a fee in the same slot.
    let trades = [trade(1, 1, (500, 0, 500), 0), trade(3, 3, (500, 0, 500), 1_000), trade(4, 4, (0, 1_000, 0), 1_000)];
    let bases = fee_bases(100, 1_000, &trades);
    assert_eq!(fees_of(&bases), [(3, 500, 50)]);
}

#[test]
fn a_cheap_zone_takes_no_part_of_fees_paid_at_high_prices() {
    // The ring sells 900 kWh to itself at 1 µ€/kWh; an honest home sells 100 at 0.3 €.
    let trades = [
        trade(1, 1, (900_000, 0, 900_000), 1),
        trade(2, 2, (0, 900_000, 0), 1),
        trade(3, 3, (100_000, 0, 100_000), 300_000),
        trade(4, 4, (0, 100_000, 0), 300_000),
    ];
    let bases = fee_bases(3_000_090, 1_000, &trades);
    assert_eq!(fees_of(&bases), [(1, 900_000, 90), (3, 100_000, 300_009)]);
    assert_eq!(verify_fee_bases(3_000_090, 1_000, &trades, &bases), Ok(()));
}

#[test]
fn a_wrong_fee_base_does_not_stand_the_check() {
    let trades =
        [trade(1, 1, (600, 0, 600), 1_000), trade(2, 2, (400, 0, 400), 1_000), trade(3, 3, (0, 1000, 0), 1_000)];
    let right = fee_bases(100, 1_000, &trades);
    let check = |change: fn(&mut Vec<FeeBase<u32>>)| {
        let mut bases = right.clone();
        change(&mut bases);
        verify_fee_bases(100, 1_000, &trades, &bases)
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|bases| bases[0].fee_ueur += 1), Err(BasesFault::Sum));
    let moved = |bases: &mut Vec<FeeBase<u32>>| (bases[0].fee_ueur, bases[1].fee_ueur) = (61, 39);
    assert_eq!(check(moved), Err(BasesFault::TooMuch(SiteId(1))));
    assert_eq!(check(|bases| bases[1].fee_ueur -= 1), Err(BasesFault::TooLittle(SiteId(2))));
    assert_eq!(check(|bases| bases[1].rewarded_wh += 1), Err(BasesFault::Energy(SiteId(2))));
    assert_eq!(check(|bases| bases[1].site = SiteId(3)), Err(BasesFault::NotOfASeller(SiteId(3))));
    assert_eq!(check(|bases| bases[1].owner = 1), Err(BasesFault::NotOfASeller(SiteId(2))));
    assert_eq!(check(|bases| bases.swap(0, 1)), Err(BasesFault::NotOfASeller(SiteId(1))));
    assert_eq!(check(Vec::clear), Err(BasesFault::TooLittle(SiteId(1))));
}

#[test]
fn rebates_are_pro_rata_and_never_above_half_of_the_fees() {
    assert_eq!(fee_paid_ueur([(300_000, 500), (300_001, 3)], 1_000), 15_090);
    assert_eq!(fee_paid_ueur([(-5, 500)], 1_000), 0);
    assert_eq!((rebates_ueur(30, 101), rebates_ueur(700, 101)), (30, 50));
    assert_eq!((rebate_ueur(33, 100, 70), rebate_ueur(33, 100, 100), rebate_ueur(0, 0, 0)), (23, 33, 0));
}

/// 10 REN a euro, as at the chain's start.
const RATE: u128 = 10_000_000 * 1_000_000_000_000_000_000;

#[test]
fn a_claim_is_nine_tenths_of_the_fees_that_did_not_come_back() {
    let worth = Worth { fees_ueur: 1_000_000, rebates_ueur: 250_000, rate: RATE };
    // 0.9 × 0.75 × 0.4 € × 10 REN a euro.
    assert_eq!(worth.claim(400_000), 2_700_000_000_000);
    assert_eq!(Worth { rebates_ueur: 1_000_000, ..worth }.claim(400_000), 0);
    assert_eq!(Worth { rate: 0, ..worth }.claim(400_000), 0);
    assert_eq!(Worth { fees_ueur: 0, rebates_ueur: 0, rate: RATE }.claim(1), 9_000_000);
}

#[test]
fn a_full_era_and_a_full_zone_scale_their_shares() {
    let empty = Fullness::default();
    assert_eq!(empty.share(100, 150, 1_000), 100);
    assert_eq!((zone_claim(500, 1_000), empty.share(100, 500, 1_000)), (200, 40));
    let full = Fullness { emission: 1_000, claims: 4_000 };
    assert_eq!((full.share(100, 150, 1_000), full.share(100, 500, 1_000)), (25, 10));
}

/// One account's orders in one slot: zone, sold, bought, produced; each of one site.
type Orders = Vec<(u8, u32, u32, u32)>;

/// A slot whose zones have these prices: the trades of accounts 0 to 5, and the exact protocol fee of each in n€ × 10⁴.
fn slot(prices: [u32; 3], of_accounts: &[Orders], fee_bp: u16) -> (Vec<SiteTrade<u32>>, u128, Vec<u128>) {
    let (mut trades, mut fees, mut bought_neur) = (Vec::new(), vec![0u128; of_accounts.len()], 0u128);
    for (owner, orders) in of_accounts.iter().enumerate() {
        for (zone, sold, bought, produced) in orders {
            let price = u128::from(prices[usize::from(*zone) % 3]);
            let paid = price * u128::from(*bought) * (10_000 + u128::from(fee_bp));
            fees[owner] += price * u128::from(*bought) * u128::from(fee_bp);
            bought_neur += price * u128::from(*bought);
            trades.push(SiteTrade {
                site: SiteId(u32::try_from(trades.len()).expect("few")),
                zone: ZoneId(u32::from(*zone) % 3),
                owner: u32::try_from(owner).expect("few"),
                sold_wh: u64::from(*sold),
                bought_wh: u64::from(*bought),
                produced_wh: u64::from(*produced),
                received_ueur: price * u128::from(*sold) / 1000,
                paid_ueur: paid.div_ceil(10_000_000),
            });
        }
    }
    (trades, bought_neur * u128::from(fee_bp) / 10_000_000, fees)
}

fn any_orders() -> impl Strategy<Value = Orders> {
    let wh = || prop_oneof![Just(0u32), 0..50u32, 0..1_000_000u32];
    prop::collection::vec((0..3u8, wh(), wh(), wh()), 0..4)
}

fn any_slots() -> impl Strategy<Value = Vec<([u32; 3], Vec<Orders>)>> {
    let price = || prop_oneof![Just(0u32), 0..100u32, 0..1_000_000u32];
    let prices = [price(), price(), price()];
    prop::collection::vec((prices, prop::collection::vec(any_orders(), 6)), 1..5)
}

proptest! {
    #[test]
    fn emissions_add_up_to_what_is_emitted(schedule in any_schedule(), first in any::<u32>()) {
        let first = first.saturating_sub(10);
        let mut emitted = if first == 0 { 0 } else { schedule.emitted_through(first - 1) };
        for era in first..first + 10 {
            emitted += schedule.emission(era);
            prop_assert_eq!(emitted, schedule.emitted_through(era));
            prop_assert!(emitted <= schedule.hard_cap);
        }
    }

    #[test]
    fn emission_never_rises(schedule in any_schedule(), era in 0..u32::MAX) {
        prop_assert!(schedule.emission(era + 1) <= schedule.emission(era));
        prop_assert!(schedule.emission(era) <= schedule.first_era_emission);
    }

    /// Whatever is sold to whom, fee bases stand the check that shares nothing with them. They are within the slot's
    /// fee even where buyers and sellers of a slot do not balance.
    #[test]
    fn fee_bases_stand_the_check((prices, accounts) in any_slots().prop_map(|mut slots| slots.remove(0)), bp in 0..3_000u16) {
        let (trades, fee_ueur, _) = slot(prices, &accounts, bp);
        let bases = fee_bases(fee_ueur, bp, &trades);
        prop_assert_eq!(verify_fee_bases(fee_ueur, bp, &trades, &bases), Ok(()));
        prop_assert!(bases.iter().map(|base| base.fee_ueur).sum::<u128>() <= fee_ueur);
    }

    /// Any set of colluding accounts trades over several slots, at any prices in any zones. Their REN at the rate are
    /// worth at most 0.9 of the fees that they paid and that did not come back. If others paid them more for energy
    /// than they paid for energy, the fee on the difference is in it.
    #[test]
    fn no_ring_gains_by_rewards_and_rebates(
        slots in any_slots(), bp in 0..3_000u16, ring in 1..64u32, pot in prop_oneof![Just(0u128), 0..10_000_000u128]
    ) {
        let is_in_ring = |owner: u32| ring >> owner & 1 == 1;
        // Exact fees in parts of 10⁷ µ€; the buyers' fees as the chain notes them, slot by slot, in µ€.
        let (mut exact, mut noted, mut bases) = ([0u128; 6], [0u128; 6], [0u128; 6]);
        let (mut received, mut spent, mut all_fees) = (0u128, 0u128, 0u128);
        for (prices, accounts) in &slots {
            let (trades, fee_ueur, fees) = slot(*prices, accounts, bp);
            all_fees += fee_ueur;
            for (owner, fee) in fees.iter().enumerate() {
                exact[owner] += fee;
                noted[owner] += fee / 10_000_000;
            }
            for base in fee_bases(fee_ueur, bp, &trades) {
                bases[base.owner as usize] += base.fee_ueur;
            }
            for trade in trades.iter().filter(|trade| is_in_ring(trade.owner)) {
                let price = u128::from(prices[trade.zone.0 as usize]);
                received += price * u128::from(trade.sold_wh);
                spent += price * u128::from(trade.bought_wh);
            }
        }
        let fees_ueur: u128 = noted.iter().sum();
        let rebates = rebates_ueur(pot, fees_ueur);
        let worth = Worth { fees_ueur, rebates_ueur: rebates, rate: RATE };
        let of_ring = |sums: &[u128; 6]| (0..6).filter(|owner| is_in_ring(*owner)).map(|owner| sums[owner as usize]).sum::<u128>();
        let back: u128 = (0..6).filter(|owner| is_in_ring(*owner)).map(|owner| rebate_ueur(noted[owner as usize], fees_ueur, rebates)).sum();
        let ren: u128 = (0..6).filter(|owner| is_in_ring(*owner)).map(|owner| worth.claim(bases[owner as usize])).sum();
        // In parts of 10⁷ µ€. A REN unit at 10 REN a euro is a tenth of a millionth of a µ€, which is just one such
        // part.
        let from_outside = received.saturating_sub(spent) * u128::from(bp);
        let paid = of_ring(&exact) + from_outside;
        prop_assert!(back * 10_000_000 <= of_ring(&exact));
        prop_assert!(ren * 10 <= 9 * (paid - back * 10_000_000), "{ren} REN for {paid}, {back} back");
        let everybody: u128 = (0..6).map(|owner| worth.claim(bases[owner])).sum();
        prop_assert!(everybody * 10 <= 9 * (all_fees * 10_000_000));
        prop_assert!(everybody <= worth.claim(all_fees));
    }

    #[test]
    fn shares_never_pass_the_emission(
        emission in 0..1u128 << 120, claims in prop::collection::vec((0..8usize, prop_oneof![0..1_000u128, 0..1u128 << 120]), 1..30)
    ) {
        let mut zones = [0u128; 8];
        for (zone, claim) in &claims {
            zones[*zone] += claim;
        }
        let fullness = Fullness { emission, claims: zones.iter().map(|zone| zone_claim(*zone, emission)).fold(0, u128::saturating_add) };
        let mut given = [0u128; 8];
        for (zone, claim) in &claims {
            let share = fullness.share(*claim, zones[*zone], emission);
            prop_assert!(share <= *claim);
            given[*zone] += share;
        }
        prop_assert!(given.iter().all(|zone| *zone <= emission / 5));
        prop_assert!(given.iter().fold(0, |sum: u128, zone| sum.saturating_add(*zone)) <= emission);
    }
}
