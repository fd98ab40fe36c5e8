//! What the API shows is what the books have, also after the dashboards were killed with -9 and their database crashed
//! while they caught up. Every row is the one that a rebuild from the chain makes.

use crate::support::{DEADLINE, Told, config, now, slots, start, time_reaches};
use deren_neighbourhood::{Neighbourhood, Node, SlotReport, Wait, settled};
use deren_primitives::Side;
use std::collections::BTreeMap;

#[tokio::test(flavor = "multi_thread")]
async fn dashboards_that_were_killed_show_what_a_rebuild_shows() {
    let mut config = config(4);
    config.pages = true;
    let (mut neighbourhood, mut follower) = start(config).await;
    let mut books = slots(&mut follower, "a first trade", |report| report.traded()).await;
    agree(&neighbourhood, &books).await;

    pages(&mut neighbourhood).dashboards.program.kill();
    let killed = now(&neighbourhood);
    time_reaches(&neighbourhood, killed.plus(2)).await;
    pages(&mut neighbourhood).dashboards.restart().expect("they start again");
    // Now they catch up with what they missed.
    pages(&mut neighbourhood).database.crash().expect("it starts again");
    pages(&mut neighbourhood).dashboards.healthy(&Told).await.unwrap_or_else(|error| panic!("{error}"));

    let back = now(&neighbourhood);
    let later = slots(&mut follower, "a trade after that", |report| report.traded() && report.slot >= back).await;
    books.extend(later);
    agree(&neighbourhood, &books).await;
    owners_see_their_trades(&neighbourhood, &books).await;

    stand_still(&mut neighbourhood).await;
    let indexed = rows(&neighbourhood).await;
    pages(&mut neighbourhood).dashboards.program.stop();
    neighbourhood.pages().expect("pages").dashboards.rebuild().await.unwrap_or_else(|error| panic!("{error}"));
    let rebuilt = rows(&neighbourhood).await;
    assert!(indexed.values().map(Vec::len).sum::<usize>() > 100, "there are hardly any rows: {indexed:?}");
    assert_eq!(indexed.keys().collect::<Vec<_>>(), rebuilt.keys().collect::<Vec<_>>());
    for (table, rows) in &indexed {
        assert_eq!(rows, &rebuilt[table], "the rows of {table} are not those of a rebuild");
    }

    pages(&mut neighbourhood).dashboards.restart().expect("they start again");
    pages(&mut neighbourhood).dashboards.healthy(&Told).await.unwrap_or_else(|error| panic!("{error}"));
    agree(&neighbourhood, &books).await;
    names_are_kept(&neighbourhood).await;
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

fn pages(neighbourhood: &mut Neighbourhood) -> &mut deren_neighbourhood::Pages {
    neighbourhood.pages.as_mut().expect("it was started with pages")
}

async fn agree(neighbourhood: &Neighbourhood, books: &[SlotReport]) {
    let totals = settled(neighbourhood, books).await.unwrap_or_else(|error| panic!("{error}"));
    totals.check().unwrap_or_else(|difference| panic!("{difference}"));
    assert!(totals.slots > 0);
}

/// Each owner, logged in, finds exactly the fills that the books have of their site; and nobody else's.
async fn owners_see_their_trades(neighbourhood: &Neighbourhood, books: &[SlotReport]) {
    let api = neighbourhood.pages().and_then(|pages| pages.dashboards.api()).expect("pages");
    let clock = neighbourhood.clock();
    let first = books.first().expect("slots").slot;
    let last = books.last().expect("slots").slot;
    let (from, to) = (clock.start_ms(first) / 1000, clock.end_ms(last) / 1000);
    for (owner, home) in neighbourhood.people.owners.iter().zip(&neighbourhood.registered.homes) {
        let own = api.logged_in(owner).await.unwrap_or_else(|error| panic!("{error}"));
        let mut shown: BTreeMap<(u32, bool), (u64, u128)> = BTreeMap::new();
        for trade in own.trades(owner, from, to).await.unwrap_or_else(|error| panic!("{error}")) {
            assert_eq!(trade.site, home.site);
            assert!(trade.finalized, "{trade:?}");
            let sum = shown.entry((trade.slot, trade.side == Side::Buy)).or_default();
            *sum = (sum.0 + trade.quantity_wh, sum.1 + u128::from(trade.amount_ueur));
        }
        let expected: BTreeMap<(u32, bool), (u64, u128)> = books
            .iter()
            .flat_map(|report| [Side::Buy, Side::Sell].map(|side| (report, side)))
            .map(|(report, side)| ((report.slot.0, side == Side::Buy), report.of_site(home.site, side)))
            .filter(|(_, (wh, _))| *wh > 0)
            .collect();
        assert_eq!(shown, expected, "{}", owner.name());

        let others = neighbourhood.people.owners.iter().find(|other| other.id() != owner.id()).expect("a neighbour");
        let refused = own.trades(others, from, to).await.expect_err("not theirs");
        assert!(deren_neighbourhood::api::is_forbidden(&refused), "{refused}");
    }
}

/// No block is made or finalised any more, and the database has them all.
async fn stand_still(neighbourhood: &mut Neighbourhood) {
    neighbourhood.nodes[0].restart_without_keys().expect("it starts again");
    neighbourhood.nodes[0].reaches(1, &Told).await.unwrap_or_else(|error| panic!("{error}"));
    let node: &Node = &neighbourhood.nodes[0];
    let api = neighbourhood.pages().and_then(|pages| pages.dashboards.api()).expect("pages");
    Wait::new("the last finalised block in the database", DEADLINE, &Told)
        .until(async || {
            let head = node.rpc().finalized().await.map_err(|error| error.to_string())?.number;
            let seen = api.status().await.map_err(|error| error.to_string())?.finalized.map(|block| block.number);
            if seen == Some(head) { Ok(()) } else { Err(format!("{seen:?} of {head}")) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// What is finalised: the tail is made of what comes after it, and when the tables were made is no matter.
async fn rows(neighbourhood: &Neighbourhood) -> BTreeMap<String, Vec<String>> {
    let mut rows =
        neighbourhood.pages().expect("pages").database.rows_of_chain().await.unwrap_or_else(|error| panic!("{error}"));
    rows.retain(|table, _| !table.starts_with("tail_") && table != "_sqlx_migrations");
    rows
}

/// Names are not on chain, and no rebuild loses them.
async fn names_are_kept(neighbourhood: &Neighbourhood) {
    let api = neighbourhood.pages().and_then(|pages| pages.dashboards.api()).expect("pages");
    for (owner, home) in neighbourhood.people.owners.iter().zip(&neighbourhood.homes) {
        let own = api.logged_in(owner).await.unwrap_or_else(|error| panic!("{error}"));
        let account = own.account(owner).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(account.sites.first().and_then(|site| site.name.as_deref()), Some(home.name.as_str()));
    }
}
