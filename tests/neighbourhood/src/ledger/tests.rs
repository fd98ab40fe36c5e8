//! The books agree with an honest chain, and find each thing that a dishonest one could change.

use super::*;
use codec::Encode;
use deren_market::{Step, bid_limit};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, IntervalReading, ReadingVerdict, Side, SlotState};
use deren_runtime::Runtime;
use pallet_deren_matching::{PriceStep, Steps};
use pallet_deren_metering::{Energies, Event as Metering};
use pallet_deren_registry::EdgeTerms;
use sp_crypto_hashing::blake2_256;

const MARKET: MarketId = MarketId(0);
const SLOT: Slot = Slot(100);
const FEE_BP: u16 = 100;
const SELLER: SiteId = SiteId(0);
const BUYER: SiteId = SiteId(1);

fn owner(site: SiteId) -> AccountId {
    AccountId::from([site.0 as u8 + 1; 32])
}

/// A substation with two feeders, a seller of up to 1 kWh on one and a buyer on the other.
fn registered() -> Vec<RuntimeEvent> {
    let from = Slot(90);
    let zone = |id: u32| {
        let edge = EdgeTerms { fee_ueur_per_kwh: 10_000, capacity_up_wh: Some(400), capacity_down_wh: None };
        let (parent, edge) = if id == 0 { (None, None) } else { (Some(ZoneId(0)), Some(edge)) };
        Registry::<Runtime>::ZoneCreated { zone: ZoneId(id), market: MARKET, parent, depth: 1, edge, from }
    };
    let site = |site: SiteId| Registry::<Runtime>::SiteRegistered {
        site,
        market: MARKET,
        zone: ZoneId(site.0 + 1),
        owner: owner(site),
        commitment: [site.0 as u8; 32].into(),
        max_power_w: 10_000,
        from,
    };
    let device = |site: SiteId, number: u8, role| Registry::<Runtime>::DeviceRegistered {
        device: DeviceId([number; 32]),
        site,
        market: MARKET,
        zone: ZoneId(site.0 + 1),
        gateway: GatewayId([9; 32]),
        role,
        source: None,
        rated_power_w: 10_000,
        register_step_mwh: 1_000,
        from,
    };
    let created = Registry::<Runtime>::MarketCreated {
        market: MARKET,
        operator: owner(SiteId(7)),
        privacy_threshold: 1,
        protocol_fee_bp: FEE_BP,
        max_fee_ueur_per_kwh: 50_000,
        from,
    };
    let mut events = vec![created, zone(0), zone(1), zone(2), site(SELLER), site(BUYER)];
    events.push(device(SELLER, 1, DeviceRole::Grid));
    events.push(device(SELLER, 2, DeviceRole::Production));
    events.push(device(BUYER, 3, DeviceRole::Grid));
    events.into_iter().map(RuntimeEvent::Registry).collect()
}

fn order(site: SiteId, side: Side, limit_ueur_per_kwh: u32) -> RuntimeEvent {
    let steps: Steps = vec![PriceStep { limit_ueur_per_kwh, cap_wh: 1_000 }].try_into().expect("a step");
    RuntimeEvent::Matching(Matching::OrderPlaced {
        market: MARKET,
        site,
        side,
        owner: owner(site),
        from_slot: Slot(95),
        steps,
        held_ueur: 0,
    })
}

fn reading(site: SiteId, number: u8, role: DeviceRole, import_wh: u64, export_wh: u64) -> RuntimeEvent {
    let reading = IntervalReading {
        registers: deren_testing::shown(import_wh, export_wh),
        ..deren_testing::reading(DeviceId([number; 32]), SLOT)
    };
    RuntimeEvent::Metering(Metering::ReadingAccepted {
        gateway: GatewayId([9; 32]),
        market: MARKET,
        site,
        role,
        hash: reading.hash(),
        reading,
        samples_root: None,
        energies: Energies { import_wh, export_wh },
        verdict: ReadingVerdict::GOOD,
    })
}

fn book_of(events: &[RuntimeEvent]) -> Ledger {
    let mut ledger = Ledger::new(MARKET);
    for event in events {
        ledger.write(event).expect("sound events");
    }
    ledger
}

/// What seller and buyer would trade in the slot, by id.
fn steps() -> Vec<Step> {
    let step = |site, zone, side, limit_ueur_per_kwh, quantity_wh| {
        let id = deren_primitives::OrderStepId::new(site, side, 0);
        Step { id, zone: ZoneId(zone), side, limit_ueur_per_kwh, quantity_wh }
    };
    let mut steps = vec![step(SELLER, 1, Side::Sell, 90_000, 700), step(BUYER, 2, Side::Buy, 250_000, 600)];
    steps.sort_unstable_by_key(|step| step.id);
    steps
}

/// What an honest chain says of the slot after these events: cleared, every payment, settled.
fn settled(before: &[RuntimeEvent]) -> Vec<Matching<Runtime>> {
    let (market, slot) = (MARKET, SLOT);
    let steps = steps();
    let entered: Vec<Step> = steps
        .iter()
        .map(|step| match step.side {
            Side::Sell => *step,
            Side::Buy => Step { limit_ueur_per_kwh: bid_limit(step.limit_ueur_per_kwh, FEE_BP), ..*step },
        })
        .collect();
    let network = book_of(before).grid.network(SLOT).expect("a tree");
    let outcome = deren_market::clear(&network, &entered).expect("clears");
    let amounts = deren_market::settle(&network, &steps, &outcome, FEE_BP).expect("settles");
    assert_eq!(outcome.volume_wh, 400, "the seller's line is full");
    let zones: Vec<deren_market::Zone> = network.zones().collect();
    let mut events = vec![Matching::SlotCleared {
        market,
        slot,
        volume_wh: outcome.volume_wh,
        welfare_neur: outcome.welfare_neur,
        steps: 2,
        fills: 2,
        input_hash: blake2_256(&(zones, &entered).encode()),
        outcome_hash: blake2_256(&outcome.encode()),
    }];
    events.extend(amounts.fills.iter().map(|fill| Matching::FillSettled {
        market,
        slot,
        step: fill.id,
        owner: owner(fill.id.site()),
        zone: fill.zone,
        quantity_wh: fill.quantity_wh,
        price_ueur_per_kwh: fill.price_ueur_per_kwh,
        amount_ueur: fill.amount_ueur,
    }));
    events.extend(amounts.network_fees.iter().map(|(zone, amount_ueur)| Matching::NetworkFeePaid {
        market,
        slot,
        zone: *zone,
        operator: owner(SiteId(7)),
        amount_ueur: *amount_ueur,
    }));
    let (congestion_rent_ueur, dust_ueur) = (amounts.congestion_rent_ueur, amounts.dust_ueur);
    events.push(Matching::CommunityPaid { market, slot, pot: owner(SiteId(8)), congestion_rent_ueur, dust_ueur });
    let treasury = owner(SiteId(9));
    events.push(Matching::ProtocolFeePaid { market, slot, treasury, amount_ueur: amounts.protocol_fee_ueur });
    let summary = SlotSummary {
        state: SlotState::Settled,
        cleared_in_block: 1,
        settled_in_block: 1,
        readings: 3,
        bought_wh: 400,
        sold_wh: 400,
        paid_ueur: amounts.paid_ueur,
        received_ueur: amounts.received_ueur,
        network_fees_ueur: amounts.network_fees.iter().map(|(_, amount)| *amount).sum(),
        congestion_rent_ueur,
        protocol_fee_ueur: amounts.protocol_fee_ueur,
        dust_ueur,
        amounts_rounded: amounts.amounts_rounded,
    };
    events.push(Matching::SlotSettled { market, slot, summary });
    events
}

fn before() -> Vec<RuntimeEvent> {
    let mut events = registered();
    events.push(order(SELLER, Side::Sell, 90_000));
    events.push(order(BUYER, Side::Buy, 250_000));
    events.push(reading(SELLER, 1, DeviceRole::Grid, 0, 700));
    events.push(reading(SELLER, 2, DeviceRole::Production, 0, 900));
    events.push(reading(BUYER, 3, DeviceRole::Grid, 600, 0));
    events
}

/// The audit of the slot, if the chain had said this instead.
fn audit(before: &[RuntimeEvent], change: impl Fn(&mut Matching<Runtime>)) -> Result<()> {
    let mut events = settled(before);
    events.iter_mut().for_each(change);
    let mut ledger = book_of(before);
    for event in events {
        ledger.write(&RuntimeEvent::Matching(event))?;
    }
    let open = ledger.open.get(&SLOT).expect("the slot");
    let summary = open.settled.clone().expect("settled");
    ledger.audit(SLOT, open, &summary)
}

#[test]
fn an_honest_slot_stands() {
    audit(&before(), |_| {}).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_changed_payment_is_found() {
    let error = audit(&before(), |event| {
        if let Matching::FillSettled { amount_ueur, .. } = event {
            *amount_ueur += 1;
        }
    });
    assert!(error.expect_err("found").to_string().contains("the chain settled"));
}

#[test]
fn a_changed_input_or_outcome_is_found() {
    for (number, what) in ["input", "outcome"].into_iter().enumerate() {
        let error = audit(&before(), |event| {
            if let Matching::SlotCleared { input_hash, outcome_hash, .. } = event {
                [input_hash, outcome_hash][number][0] ^= 1;
            }
        });
        assert!(error.expect_err("found").to_string().contains(what));
    }
}

#[test]
fn rent_or_fees_that_went_elsewhere_are_found() {
    let error = audit(&before(), |event| {
        if let Matching::CommunityPaid { congestion_rent_ueur, .. } = event {
            *congestion_rent_ueur -= 1;
        }
    });
    assert!(error.expect_err("found").to_string().contains("congestion rent"));
    let error = audit(&before(), |event| {
        if let Matching::NetworkFeePaid { amount_ueur, .. } = event {
            *amount_ueur -= 1;
        }
    });
    assert!(error.expect_err("found").to_string().contains("network fees"));
}

#[test]
fn a_reading_that_was_not_counted_is_found() {
    let error = audit(&before(), |event| {
        if let Matching::SlotSettled { summary, .. } = event {
            summary.readings -= 1;
        }
    });
    assert!(error.expect_err("found").to_string().contains("readings"));
}

#[test]
fn a_voided_clearing_ends_the_books() {
    let voided =
        Matching::ClearingVoided { market: MARKET, slot: SLOT, reason: pallet_deren_matching::VoidReason::NotVerified };
    assert!(book_of(&before()).write(&RuntimeEvent::Matching(voided)).is_err());
}

#[test]
fn rewards_are_given_to_the_owners_site() {
    let mut ledger = book_of(&before());
    let elsewhere = MarketId(MARKET.0 + 1);
    for (market, site, amount) in [(MARKET, SELLER, 5), (MARKET, SELLER, 2), (elsewhere, SELLER, 9)] {
        let (zone, owner) = (ZoneId(0), owner(site));
        let rewarded = Rewards::Rewarded { market, era: 7, zone, owner, wh: 1, fee_base_ueur: 1, amount };
        ledger.write(&RuntimeEvent::Rewards(rewarded)).expect("sound");
    }
    assert_eq!(ledger.minted_by_site(7), BTreeMap::from([(SELLER, 7)]));
    assert!(ledger.minted_by_site(8).is_empty());
}

/// An era of which 30 µ€ of 100 come back, and then these events of buyers: fee, what came back.
fn rebates(of: &[(u128, u128)]) -> Result<()> {
    let (market, era) = (MARKET, 7);
    let mut ledger = book_of(&before());
    let begun = Matching::RebateBegun { market, era, fees_ueur: 100, rebates_ueur: 30, buyers: 2 };
    ledger.write(&RuntimeEvent::Matching(begun))?;
    for (fee_ueur, amount_ueur) in of {
        let (account, fee_ueur, amount_ueur) = (owner(BUYER), *fee_ueur, *amount_ueur);
        ledger.write(&RuntimeEvent::Matching(Matching::Rebated { market, era, account, fee_ueur, amount_ueur }))?;
    }
    ledger.write(&RuntimeEvent::Matching(Matching::RebatePaid { market, era, amount_ueur: 29, buyers: 2 }))
}

#[test]
fn fees_come_back_as_it_was_said_and_never_more_than_were_paid() {
    assert!(rebates(&[(50, 15), (50, 14)]).is_ok());
    for wrong in
        [&[(50, 15), (50, 15)][..], &[(50, 15)], &[(50, 16), (50, 15)], &[(14, 15), (50, 14)], &[(90, 15), (50, 14)]]
    {
        assert!(rebates(wrong).is_err(), "{wrong:?}");
    }
}
