//! A neighbour opens the page in a real browser and buys. The slot settles, all three pages show it, and the books have
//! what the neighbour bought. And what holds for every page: see `tests/browser`.

use crate::support::{Told, config, slot, slots, start};
use deren_neighbourhood::{
    Neighbourhood,
    browser::{Visit, visit},
    layout::HomeKind,
    settled,
};
use deren_primitives::Side;
use std::path::PathBuf;

/// Enough for one home that is left to a visitor.
const HOMES: usize = 6;
/// A home that only consumes.
const JOKER: usize = 1;
const NAME: &str = "<img src=x onerror=\"window.deceived=1\">";
/// How many slots are to be seen on the pictures that people look at.
const SLOTS_ON_PICTURES: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn a_neighbour_buys_and_all_three_pages_show_it() {
    // `make pictures` asks for the whole street.
    let pictures = std::env::var_os("DEREN_PICTURES").map(PathBuf::from);
    let mut config = config(if pictures.is_some() { 12 } else { HOMES });
    config.pages = true;
    config.cloudiness = 0.2;
    // The street on the pictures is the one that is described.
    config.spare_homes = usize::from(pictures.is_none());
    let (neighbourhood, mut follower) = start(config).await;
    let visitor = neighbourhood.homes.iter().position(|home| home.kind == HomeKind::Visitor).expect("a visitor");
    let site = neighbourhood.registered.homes[visitor].site;

    let mut books = slots(&mut follower, "a first trade", |report| report.traded()).await;
    tell(&neighbourhood, "stories/neighbour-buys", &pictures).await;
    books.extend(slots(&mut follower, "what the visitor bought", |report| report.of_site(site, Side::Buy).0 > 0).await);
    settled(&neighbourhood, &books).await.unwrap_or_else(|error| panic!("{error}"));

    if pictures.is_none() {
        tell(&neighbourhood, "stories/newcomer-starts", &pictures).await;
    } else {
        for _ in books.len()..SLOTS_ON_PICTURES {
            slot(&mut follower, "another slot for the pictures", |_| true).await;
        }
    }
    tell(&neighbourhood, "stories/pictures", &pictures).await;
    name_as_a_joke(&neighbourhood).await;
    tell(&neighbourhood, "stories/for-everyone", &pictures).await;
    tell(&neighbourhood, "stories/order-ends", &pictures).await;

    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

async fn tell(neighbourhood: &Neighbourhood, story: &str, pictures: &Option<PathBuf>) {
    let folder = PathBuf::from(concat!(env!("CARGO_TARGET_TMPDIR"), "/../screenshots"));
    let joker = Some((neighbourhood.homes[JOKER].name.as_str(), NAME));
    let told = Visit { story, joker, pictures: pictures.as_ref().unwrap_or(&folder), more: &[] };
    for line in visit(neighbourhood, &told, &Told).await.unwrap_or_else(|error| panic!("{error}")) {
        eprintln!("{line}");
    }
}

/// The owner may call their home what they like.
async fn name_as_a_joke(neighbourhood: &Neighbourhood) {
    let api = neighbourhood.pages().and_then(|pages| pages.dashboards.api()).expect("pages");
    let owner = api.logged_in(&neighbourhood.people.owners[JOKER]).await.unwrap_or_else(|error| panic!("{error}"));
    let site = neighbourhood.registered.homes[JOKER].site;
    owner.name_site(site, NAME).await.unwrap_or_else(|error| panic!("{error}"));
}
