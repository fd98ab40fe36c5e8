//! Random neighbourhoods over several slots: after every block every invariant holds and no µ€ is made or lost.

use super::{mock::*, world::*};
use crate::{Rebates, Summaries};
use deren_market::{Zone, rewards::Worth};
use deren_primitives::{Side, SiteId, Slot};
use deren_runtime_apis::Purses as _;
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;

const SITES: u32 = 8;
const SLOTS: u32 = 5;

/// An order: site, whether it buys, steps.
type Placed = (u32, bool, Vec<(u32, u32)>);

/// What people and meters do in one slot.
#[derive(Clone, Debug)]
struct Happening {
    orders: Vec<Placed>,
    cancels: Vec<(u32, bool)>,
    resumes: Vec<u32>,
    fills: Vec<(u32, u32)>,
    draws: Vec<(u32, u32)>,
    withdraws: Vec<(u32, u32)>,
    blocks: Vec<u32>,
    measured: Vec<Option<i64>>,
    /// What is frozen, blocked, thawed or voided before the slot's blocks.
    faults: Vec<u8>,
    /// How many blocks are made before the next slot closes: with few, several slots are in flight.
    blocks_made: u32,
}

fn happening() -> impl Strategy<Value = Happening> {
    let site = 1..=SITES;
    let steps = proptest::collection::vec((0..400_000u32, 1..3_000u32), 1..4);
    (
        proptest::collection::vec((site.clone(), any::<bool>(), steps), 3..10),
        proptest::collection::vec((site.clone(), any::<bool>()), 0..2),
        proptest::collection::vec(site.clone(), 0..3),
        proptest::collection::vec((site.clone(), 0..900_000u32), 0..3),
        proptest::collection::vec((site.clone(), 0..900_000u32), 0..3),
        proptest::collection::vec((site.clone(), 0..200_000u32), 0..2),
        proptest::collection::vec(site, 0..2),
        proptest::collection::vec(proptest::option::weighted(0.9, -4_000..4_000i64), SITES as usize),
        proptest::collection::vec(0..9u8, 0..4),
        0..30u32,
    )
        .prop_map(|(orders, cancels, resumes, fills, draws, withdraws, blocks, measured, faults, blocks_made)| {
            Happening { orders, cancels, resumes, fills, draws, withdraws, blocks, measured, faults, blocks_made }
        })
}

fn zones() -> impl Strategy<Value = Vec<Zone>> {
    let edge = || (0..30_000u32, proptest::option::of(0..3_000u64));
    (edge(), edge(), edge())
        .prop_map(|(a, b, c)| vec![root(0), below(1, 0, a.0, a.1), below(2, 0, b.0, b.1), below(3, 2, c.0, c.1)])
}

fn side(buys: bool) -> Side {
    if buys { Side::Buy } else { Side::Sell }
}

/// EUR as a whole, the account of purses or a person fails on command, or the council voids a slot.
fn fail(fault: u8) {
    let by = || RuntimeOrigin::signed(onramp());
    let _ = match fault {
        0 => Assets::freeze_asset(by(), EUR),
        1 | 2 => Assets::thaw_asset(by(), EUR),
        3 => Assets::freeze(by(), EUR, Purse::account()),
        4 => Assets::block(by(), EUR, Purse::account()),
        5 => Assets::thaw(by(), EUR, Purse::account()),
        6 => Purse::freeze(&account(1)),
        7 => Purse::thaw(&account(1)),
        _ => {
            let next = crate::Progress::<Test>::get(MARKET).map_or(Slot(0), |progress| progress.next);
            with_storage_layer(|| Matching::void_slot(RuntimeOrigin::root(), MARKET, next))
        }
    };
    check();
}

/// Nothing fails any more, and everybody draws.
fn repair() {
    [1, 5, 7].into_iter().for_each(fail);
    for who in (1..=SITES as u8).map(account) {
        let _ = Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, who.clone());
        draw_all(&who);
        check();
    }
    assert_eq!(Purse::in_transit_ueur(), 0);
}

/// What a slot's people do; whatever is refused must change nothing, so results do not matter here.
fn act(happening: &Happening) {
    for site in &happening.blocks {
        let who = account(*site as u8);
        let _ = match free(&who) % 2 {
            0 => Assets::block(RuntimeOrigin::signed(onramp()), EUR, who),
            _ => Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, who),
        };
    }
    for (site, buys, of) in &happening.orders {
        let mut of = of.clone();
        of.sort_unstable();
        of.dedup_by_key(|(limit, _)| *limit);
        if *buys {
            of.reverse();
        }
        let _ = place(*site, side(*buys), &of);
    }
    for (site, ueur) in &happening.fills {
        let _ = with_storage_layer(|| Purse::fill(RuntimeOrigin::signed(account(*site as u8)), (*ueur).into()));
    }
    for (site, ueur) in &happening.draws {
        let _ = with_storage_layer(|| Purse::draw(RuntimeOrigin::signed(account(*site as u8)), (*ueur).into()));
    }
    for (site, left) in &happening.withdraws {
        let who = account(*site as u8);
        let eur = Assets::balance(EUR, &who);
        let left = u128::from(*left).clamp(1, eur.max(1));
        if eur > left {
            let _ = Assets::transfer_keep_alive(RuntimeOrigin::signed(who), EUR, onramp(), eur - left);
        }
    }
    for (site, buys) in &happening.cancels {
        let _ = Matching::cancel_order(RuntimeOrigin::signed(account(*site as u8)), SiteId(*site), side(*buys));
    }
    for site in &happening.resumes {
        let _ = with_storage_layer(|| {
            Matching::resume_order(RuntimeOrigin::signed(account(*site as u8)), SiteId(*site), Side::Buy)
        });
    }
    check();
}

/// What one account did in the slots of the first era, exactly. The fees that it paid, and those on what it received,
/// are in parts of 10⁷ µ€. What came back to it is in µ€; then come its fee bases.
#[derive(Clone, Copy, Default)]
struct Did {
    fees: u128,
    fees_of_receipts: u128,
    back_ueur: u128,
    fee_bases_ueur: u128,
}

/// No set of accounts gets REN and rebates worth more than two things together. They are 0.9 of the fees that it paid
/// and that did not come back, and what came back. What others paid it for energy, beyond what it paid for energy, may
/// bring the fee on it. An operator among them changes nothing: network fees are in no fee base.
fn no_ring_gains(fee_bp: u16, events: &[crate::Event<Test>]) {
    let mut of = vec![Did::default(); SITES as usize + 1];
    let at = |who: &sp_runtime::AccountId32| usize::from(AsRef::<[u8; 32]>::as_ref(who)[0]);
    let is_first_era = |slot: &Slot| slot.0 / SlotsPerEra::get() == START / SlotsPerEra::get();
    for event in events {
        match event {
            crate::Event::FillSettled { slot, step, owner, quantity_wh, price_ueur_per_kwh, .. }
                if is_first_era(slot) =>
            {
                let fee = *price_ueur_per_kwh as u128 * u128::from(*quantity_wh) * u128::from(fee_bp);
                match step.side() {
                    Side::Buy => of[at(owner)].fees += fee,
                    Side::Sell => of[at(owner)].fees_of_receipts += fee,
                }
            }
            crate::Event::Rebated { account, amount_ueur, .. } => of[at(account)].back_ueur += amount_ueur,
            _ => {}
        }
    }
    let (rewarded, eras) = world(|world| (world.rewarded.clone(), world.eras.clone()));
    for (_, base) in rewarded.iter().filter(|(slot, _)| is_first_era(slot)) {
        of[at(&base.owner)].fee_bases_ueur += base.fee_ueur;
    }
    let [(_, _, fees_ueur, rebates_ueur)] = eras[..] else { panic!("one era is over, not {eras:?}") };
    // 10 REN a euro: a unit of REN is a part of 10⁷ µ€.
    let worth = Worth { fees_ueur, rebates_ueur, rate: 10_000_000 * 1_000_000_000_000_000_000 };
    for ring in 1..1u32 << SITES {
        let members = || (1..=SITES).filter(|site| ring >> (site - 1) & 1 == 1).map(|site| of[site as usize]);
        let sum = |part: fn(&Did) -> u128| members().map(|did| part(&did)).sum::<u128>();
        let (fees, back) = (sum(|did| did.fees), sum(|did| did.back_ueur) * 10_000_000);
        let from_others = sum(|did| did.fees_of_receipts).saturating_sub(fees);
        let ren: u128 = members().map(|did| worth.claim(did.fee_bases_ueur)).sum();
        assert!(back <= fees, "{back} came back of {fees}");
        assert!(ren * 10 <= 9 * (fees + from_others - back), "ring {ring:b}: {ren} for {fees}, {back} back");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_neighbourhood_makes_or_loses_money(
        zones in zones(),
        fee_bp in 0..1_000u16,
        page_size in 1..6u32,
        pages_per_block in proptest::option::of(1..4u32),
        hold_slots in 1..4u32,
        slots in proptest::collection::vec(happening(), SLOTS as usize),
    ) {
        let sites: Vec<(u32, u32)> = (1..=SITES).map(|site| (site, site % 4)).collect();
        new_test_ext(zones, &sites).execute_with(|| {
            world(|world| world.protocol_fee_bp = fee_bp);
            PageSize::set(page_size);
            PagesPerBlock::set(pages_per_block);
            HoldSlots::set(hold_slots);
            for (slot, happening) in (START..).zip(&slots) {
                act(happening);
                for (site, wh) in (1..).zip(&happening.measured) {
                    if let Some(wh) = wh {
                        measure(site, slot, *wh);
                    }
                }
                close(slot);
                let mut faults = happening.faults.iter();
                for _ in 0..happening.blocks_made {
                    next_block();
                    faults.next().copied().into_iter().for_each(fail);
                }
            }
            let last = START + SLOTS - 1;
            settle_through(last);
            repair();
            while Rebates::<Test>::iter().next().is_some() {
                next_block();
            }
            let all = events();
            no_ring_gains(fee_bp, &all);

            let (mut bought, mut voided) = (0, 0);
            for (_, summary) in Summaries::<Test>::iter_prefix(MARKET) {
                bought += summary.bought_wh;
            }
            for event in all {
                voided += u32::from(matches!(event, crate::Event::ClearingVoided { .. }));
                if let crate::Event::FillSettled { slot, step, quantity_wh, .. } = event {
                    let energy = world(|world| world.energies.get(&(step.site(), slot)).copied()).expect("measured");
                    let measured = match step.side() {
                        Side::Buy => energy.demand_wh,
                        Side::Sell => energy.surplus_wh,
                    };
                    assert!(u64::from(quantity_wh) <= measured, "more than was measured");
                }
            }
            assert_eq!(voided, 0);
            let told: u64 = world(|world| world.rewarded.iter().map(|(_, base)| base.rewarded_wh).sum());
            assert!(told <= bought);
            assert_eq!(crate::Progress::<Test>::get(MARKET).map(|progress| progress.next), Some(Slot(last + 1)));
        });
    }
}
