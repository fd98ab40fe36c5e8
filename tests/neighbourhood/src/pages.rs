//! What makes a neighbourhood visible: the database, the dashboards, and the names that people gave their things.

use crate::{
    Binaries, NeighbourhoodError, Result, Silent, Wait, Watcher,
    api::Api,
    chain::Account,
    dashboards::{Dashboards, MarketClock, ReadyAccount, Role},
    database::Database,
    layout::{FEEDERS, Home, HomeKind},
    registration::{NEWCOMER, NEWCOMER_PATH, OPERATOR, People, Registered},
    wait::shown,
};
use deren_primitives::SiteId;
use futures::future::try_join_all;
use std::{path::Path, time::Duration};

/// More than it takes until the database has what is in the newest block.
const SEEN_DEADLINE: Duration = Duration::from_secs(60);
const SUBSTATION: &str = "Substation";

/// A page as somebody can open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What it shows, and as whom.
    pub what: String,
    /// Where it is.
    pub url: String,
}

/// Database and dashboards. Dropping it stops both, the dashboards first.
#[derive(Debug)]
pub struct Pages {
    /// Indexer, API and pages.
    pub dashboards: Dashboards,
    /// Where they keep what they show.
    pub database: Database,
    accounts: Vec<ReadyAccount>,
}

/// What the pages are told beyond the homes.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// They offer one more account, of somebody who has no home on the chain yet.
    pub newcomer: bool,
    /// How the simulated time follows the real one.
    pub market_clock: MarketClock,
}

impl Pages {
    /// Starts both; the node must answer already.
    pub fn start(
        binaries: &Binaries,
        folder: &Path,
        logs: &Path,
        database: Database,
        node_port: u16,
        homes: &[Home],
        shown: Shown,
    ) -> Result<Self> {
        let mut accounts = ready_accounts(homes);
        if shown.newcomer {
            let (name, derivation) = (NEWCOMER.to_owned(), NEWCOMER_PATH.to_owned());
            accounts.push(ReadyAccount { name, role: Role::Owner, derivation });
        }
        let node_url = format!("ws://127.0.0.1:{node_port}");
        let log = logs.join("dashboards.log");
        let url = database.url();
        let mut dashboards = Dashboards::prepare(binaries, folder, log, url, &node_url, &accounts, shown.market_clock)?;
        dashboards.restart()?;
        Ok(Self { dashboards, database, accounts })
    }

    /// The first account of a kind that the pages offer.
    pub fn account(&self, role: Role) -> Option<&ReadyAccount> {
        self.accounts.iter().find(|account| account.role == role)
    }

    /// The three pages, each as somebody for whom it is made.
    pub fn addresses(&self) -> Result<Vec<Address>> {
        let api = self.dashboards.api()?;
        let pages =
            [("My home", "/", Role::Owner), ("Buy", "/buy", Role::Neighbour), ("Grid", "/grid", Role::Operator)];
        let found = pages.into_iter().filter_map(|(title, path, role)| {
            let account = self.account(role)?;
            let fragment = account.name.replace(' ', "%20");
            Some(Address {
                what: format!("{title}, as {}", account.name),
                url: format!("{}{path}#as={fragment}", api.origin()),
            })
        });
        Ok(found.collect())
    }

    /// Gives sites and zones their names, as their owners and the operator do it: logged in, through the API.
    /// `registered_in` is a block in which all of them were registered.
    pub async fn name_everything(
        &mut self,
        people: &People,
        homes: &[Home],
        registered: &Registered,
        registered_in: u32,
        watcher: &dyn Watcher,
    ) -> Result<()> {
        self.dashboards.healthy(watcher).await?;
        let api = self.dashboards.api()?;
        let named = async {
            seen(&api, registered_in).await?;
            let owners = people.owners.iter().zip(homes).zip(&registered.homes);
            let sites = owners.map(|((owner, home), known)| name_site(&api, owner, known.site, &home.name));
            let zones = name_zones(&api, &people.operator, registered);
            futures::future::try_join(try_join_all(sites), zones).await
        };
        shown("the names of homes and streets", watcher, named).await.map(drop)
    }
}

/// Waits until the database has this block.
async fn seen(api: &Api, number: u32) -> Result<()> {
    Wait::new(format!("block {number} in the database"), SEEN_DEADLINE, &Silent)
        .until(async || {
            let best = api.status().await.map_err(|error| error.to_string())?.best.map(|block| block.number);
            if best >= Some(number) { Ok(()) } else { Err(format!("{best:?}")) }
        })
        .await
}

async fn name_site(api: &Api, owner: &Account, site: SiteId, name: &str) -> Result<()> {
    api.logged_in(owner).await?.name_site(site, name).await
}

async fn name_zones(api: &Api, operator: &Account, registered: &Registered) -> Result<()> {
    let api = api.logged_in(operator).await?;
    api.name_zone(registered.substation, SUBSTATION).await?;
    for (zone, feeder) in registered.feeders.iter().zip(&FEEDERS) {
        api.name_zone(*zone, feeder.name).await?;
    }
    Ok(())
}

/// Everyone whom the pages offer. First come owners of panels and batteries, then those who only buy, visitors first.
/// Then come the operator and the homes that are to be had.
fn ready_accounts(homes: &[Home]) -> Vec<ReadyAccount> {
    let of = |role, kinds: &'static [HomeKind]| {
        homes.iter().filter(move |home| kinds.contains(&home.kind)).map(move |home| ReadyAccount {
            name: home.name.clone(),
            role,
            derivation: home.account.clone(),
        })
    };
    let operator =
        ReadyAccount { name: OPERATOR.to_owned(), role: Role::Operator, derivation: format!("//{OPERATOR}") };
    of(Role::Owner, &[HomeKind::Solar, HomeKind::Battery])
        .chain(of(Role::Neighbour, &[HomeKind::Visitor]))
        .chain(of(Role::Neighbour, &[HomeKind::Consumer]))
        .chain([operator])
        .chain(of(Role::Spare, &[HomeKind::Spare]))
        .collect()
}

/// The error of a neighbourhood whose pages are asked for and that has none.
pub(crate) fn no_pages() -> NeighbourhoodError {
    NeighbourhoodError::Configuration("this neighbourhood was started without pages".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Visitors, homes};
    use std::collections::BTreeSet;

    #[test]
    fn each_page_has_somebody_and_no_two_have_one_name() {
        let homes = homes(12, 1883, Visitors::Welcome).expect("homes");
        let accounts = ready_accounts(&homes);
        assert_eq!(accounts.len(), 13);
        assert_eq!(accounts.iter().map(|account| &account.name).collect::<BTreeSet<_>>().len(), 13);
        let neighbours: Vec<_> = accounts.iter().filter(|account| account.role == Role::Neighbour).collect();
        assert_eq!((neighbours[0].name.as_str(), neighbours[0].derivation.as_str()), ("Visitor 1", "//Visitor1"));
        assert_eq!(neighbours[1].name, "Visitor 2");
    }
}
