//! Six homes trade through all of it. Somebody trades with themselves, and floods the chain for free. Somebody reaches
//! for everyone's euros with the on-ramp's key, and runs a market that is not to settle. In the end the sums add up,
//! and nobody was late.

use crate::support::{DEADLINE, Told, config, devices, now, slots, start};
use deren_market::SERVICE_WINDOW_SLOTS;
use deren_neighbourhood::{
    Follower, Neighbourhood, SlotReport, Wait,
    adversary::{Admitted, Adversary, Deed, Kind, PROTOCOL_FEE_BP, Task, admit, fortune},
    chain::{Euros, Until, Wallet},
    layout::{FEEDERS, HomeKind},
    settled,
};
use deren_primitives::{ReadingVerdict, Side, Slot};
use deren_runtime::RuntimeCall;
use std::{collections::BTreeSet, path::Path};

/// Six that trade from the first slot on, and one that is left to a visitor.
const HOMES: usize = 7;
/// In so many slots, beside all adversaries.
const SLOTS: usize = 20;
/// Who buys does so in nearly every slot.
const LEAST_BOUGHT: usize = SLOTS - SLOTS / 10;
/// Who sells competes with the others: at noon there is more sun than the street needs, and the cheapest go first.
const LEAST_SOLD: usize = SLOTS / 2;
/// How far the newest settled slot may be behind: it is over, its grace too, and it is finalised.
const MOST_BEHIND: u32 = 6;
const SEED: u64 = 1;

#[tokio::test(flavor = "multi_thread")]
async fn six_homes_trade_through_all_that_adversaries_do() {
    let mut config = config(HOMES);
    config.pages = true;
    // The sun is high from the adversaries' first slot to their last.
    config.start = "08:30".parse().expect("a time");
    config.cloudiness = 0.0;
    let (mut neighbourhood, mut follower) = start(config).await;
    let joined = now(&neighbourhood);
    let admitted = admit(&neighbourhood, SEED).await.unwrap_or_else(|error| panic!("{error}"));
    let before = euros(&neighbourhood).await;
    let mut adversaries = begin(&neighbourhood, &admitted);
    settled_in(&mut adversaries).await;
    let from = now(&neighbourhood).next();

    let mut books = slots(&mut follower, "the adversaries' first slot", |report| report.slot >= from).await;
    for number in 1..SLOTS {
        change_a_line(&neighbourhood, number).await;
        books.extend(slots(&mut follower, "another slot beside the adversaries", |_| true).await);
        neighbourhood.check().expect("nothing has ended by itself");
        go_on(&mut adversaries);
    }
    let last = books.last().expect("slots").slot;
    assert!(now(&neighbourhood).since(last) <= MOST_BEHIND, "slot {last} is the newest settled one");
    adversaries.iter_mut().for_each(Adversary::stop);

    everyone_traded(&neighbourhood, &books, from);
    nobody_was_late(&neighbourhood, &follower, from);
    each_in_vain(&adversaries);
    in_vain_by_the_chain(&neighbourhood, &admitted, now(&neighbourhood).since(joined) + 1).await;
    assert_eq!(euros(&neighbourhood).await.supply_ueur, before.supply_ueur, "euros were made or burnt");
    let totals = settled(&neighbourhood, &books).await.unwrap_or_else(|error| panic!("{error}"));
    totals.check().unwrap_or_else(|difference| panic!("{difference}"));
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

/// Each a process of its own.
fn begin(neighbourhood: &Neighbourhood, admitted: &Admitted) -> Vec<Adversary> {
    let program = Path::new(env!("CARGO_BIN_EXE_deren-neighbourhood"));
    let logs = neighbourhood.folder().join("logs");
    let node_port = neighbourhood.nodes[0].rpc_port();
    let of = |(kind, market)| {
        let task = Task { node_port, market, seed: SEED };
        Adversary::start(program, kind, task, &logs).unwrap_or_else(|error| panic!("{error}"))
    };
    let ours = neighbourhood.registered.market;
    [(Kind::Wash, ours), (Kind::Flood, ours), (Kind::Freeze, ours), (Kind::Stuck, admitted.stuck)].map(of).into()
}

/// None of them has given up.
fn go_on(adversaries: &mut [Adversary]) {
    adversaries.iter_mut().for_each(|adversary| adversary.check().unwrap_or_else(|error| panic!("{error}")));
}

fn deeds(adversary: &Adversary) -> Vec<Deed> {
    adversary.deeds().unwrap_or_else(|error| panic!("{error}"))
}

/// Waits until all who need sites have them.
async fn settled_in(adversaries: &mut [Adversary]) {
    Wait::new("the adversaries' sites", DEADLINE, &Told)
        .until(async || {
            go_on(adversaries);
            let is_there = |deed: &Deed| ["settling in", "baiting the purses"].contains(&deed.what.as_str());
            let absent = adversaries.iter().find(|adversary| !deeds(adversary).iter().any(is_there));
            absent.map_or(Ok(()), |absent| Err(format!("{:?}", absent.kind())))
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// The operator changes a line in every slot, and the settled ones make room for it.
async fn change_a_line(neighbourhood: &Neighbourhood, number: usize) {
    let wallet = Wallet::new(neighbourhood.rpc().expect("a node"), Until::InBlock).await.expect("a wallet");
    let (zone, feeder) = (neighbourhood.registered.feeders[0], &FEEDERS[0]);
    let call = RuntimeCall::Registry(pallet_deren_registry::Call::set_edge {
        zone,
        fee_ueur_per_kwh: feeder.fee_ueur_per_kwh + u32::from(number % 2 == 1),
        capacity_up_wh: Some(feeder.capacity_up_wh),
        capacity_down_wh: Some(feeder.capacity_down_wh),
    });
    let operator = &neighbourhood.people.operator;
    wallet.send(operator, "changing a line", call).await.unwrap_or_else(|error| panic!("{error}"));
}

async fn euros(neighbourhood: &Neighbourhood) -> Euros {
    let rpc = neighbourhood.rpc().expect("a node");
    // With one validator the newest block stays.
    let head = rpc.best().await.expect("it answers");
    let euros = rpc.euros(head.hash).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(euros.supply_ueur, euros.accounts_ueur, "euros are missing or too many: {euros:?}");
    euros
}

/// Each home trades as much as its neighbours' sun lets it, but for the one that is left to a visitor.
fn everyone_traded(neighbourhood: &Neighbourhood, books: &[SlotReport], from: Slot) {
    let homes = neighbourhood.homes.iter().zip(&neighbourhood.registered.homes);
    let homes: Vec<_> = homes.filter(|(home, _)| home.kind != HomeKind::Visitor).collect();
    assert_eq!(homes.len(), HOMES - 1);
    for (home, registered) in homes {
        let trades = |report: &&SlotReport| {
            [Side::Buy, Side::Sell].into_iter().any(|side| report.of_site(registered.site, side).0 > 0)
        };
        let of_ours = || books.iter().filter(|report| report.slot >= from);
        let count = of_ours().filter(trades).count();
        // Who sold nothing asked for no less than its zone's price: the market left it out, and nobody else.
        let asks = home.sell.first().map_or(0, |(limit, _)| i64::from(*limit));
        for report in of_ours().filter(|report| home.kind == HomeKind::Solar && !trades(report)) {
            let price = report.zones.get(&registered.zone).and_then(|zone| zone.price_ueur_per_kwh);
            assert!(price.is_none_or(|price| price <= asks), "{}: slot {}, {price:?}", home.name, report.slot);
        }
        eprintln!("{} traded in {count} of {SLOTS} slots", home.name);
        let least = if home.kind == HomeKind::Consumer { LEAST_BOUGHT } else { LEAST_SOLD };
        assert!(count >= least, "{} traded in {count} of {SLOTS} slots", home.name);
    }
    assert!(books.iter().filter(|report| report.slot >= from).all(SlotReport::traded), "nothing was traded in a slot");
}

/// Every reading of the homes was accepted in time, and none was missing.
fn nobody_was_late(neighbourhood: &Neighbourhood, follower: &Follower, from: Slot) {
    for (device, _) in devices(neighbourhood) {
        let readings =
            follower.ledger().meters().accepted(device).filter(|accepted| accepted.reading.first_slot >= from);
        let readings: Vec<_> = readings.collect();
        assert!(readings.len() >= SLOTS, "{device} has {} readings", readings.len());
        let late = readings.iter().find(|accepted| accepted.verdict.contains(ReadingVerdict::LATE));
        assert_eq!(late, None, "{device}");
    }
}

/// Each did what it came for, and the key that may do nothing did nothing.
fn each_in_vain(adversaries: &[Adversary]) {
    for adversary in adversaries {
        let deeds = deeds(adversary);
        let count =
            |what: &str| deeds.iter().filter(|deed| deed.what.contains(what)).map(|deed| deed.count).sum::<u32>();
        eprintln!("{:?}: {} deeds", adversary.kind(), deeds.len());
        match adversary.kind() {
            Kind::Wash => assert!(count("readings") > 0),
            Kind::Flood => assert!(count("") > 1_000, "only {} batches were sent", count("")),
            Kind::Freeze => {
                for kind in [
                    "freezing",
                    "blocking",
                    "burning",
                    "moving",
                    "issuing",
                    "raising",
                    "roles",
                    "ending",
                    "spending",
                    "announcing",
                    "enacting",
                ] {
                    assert!(count(kind) > 0, "{kind} was not tried");
                }
                let done = deeds.iter().find(|deed| deed.succeeded && deed.what != "baiting the purses");
                assert_eq!(done, None, "the on-ramp's key did what it must not");
            }
            Kind::Stuck => assert!(count("changing every line") > 0),
        }
    }
}

/// They traded, and were given less than the protocol fees that they paid. No reading of a home was refused, and the
/// flood brought no more readings than a device has slots.
async fn in_vain_by_the_chain(neighbourhood: &Neighbourhood, admitted: &Admitted, slots: u32) {
    let rpc = neighbourhood.rpc().expect("a node");
    let washers: BTreeSet<_> = admitted.washers.iter().map(|account| account.id()).collect();
    let gateways: BTreeSet<_> = neighbourhood.registered.homes.iter().map(|home| home.gateway).collect();
    let told = fortune(rpc, &washers, &gateways, PROTOCOL_FEE_BP).await.unwrap_or_else(|error| panic!("{error}"));
    let most = told.of_others.values().max().copied().unwrap_or_default();
    eprintln!("washing: {:?}; the most readings of an adversary's device: {most}", told.fortune);
    assert!(told.refused.is_empty(), "readings of homes were refused: {:?}", told.refused);
    assert!(most <= SERVICE_WINDOW_SLOTS + slots, "{most} readings of one device in {slots} slots");
    let fortune = told.fortune;
    assert!(fortune.bought_wh > 0 && fortune.bought_wh == fortune.sold_wh, "{fortune:?}");
    assert!(fortune.given_ueur() < fortune.fees_ueur, "washing pays {} µ€: {fortune:?}", fortune.given_ueur());
}
