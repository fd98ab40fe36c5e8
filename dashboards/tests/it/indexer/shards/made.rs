//! A made-up chain of several markets with all events that are declared, a new one too: rows follow the declarations.
//! It holds to what the chain holds to: a site is registered before anything names it, a gateway linked.

use super::super::support::world::World;
use deren_dashboards::indexer::{
    BlockHead, BlockId, BlockRows, Cell, ColumnValue, DECLARED_EVENTS, Declaration, Kind, Row,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// The markets of every chain.
pub const MARKETS: [u32; 3] = [3, 7, 25];
/// How many gateways and accounts there are: few, so that each is in several markets.
const FEW: u8 = 6;

/// What has happened until now.
pub struct Made {
    rng: StdRng,
    /// Each site's market, by its number.
    sites: Vec<u32>,
    linked: BTreeSet<u8>,
    rewarded: BTreeSet<u8>,
    slots: u64,
}

/// What an event is about.
struct Facts {
    market: u32,
    site: u32,
    gateway: u8,
    account: u8,
    slot: u64,
}

impl Made {
    pub fn new(seed: u64) -> Self {
        let none = BTreeSet::new();
        let (linked, rewarded) = (none.clone(), none);
        Self { rng: StdRng::seed_from_u64(seed), sites: Vec::new(), linked, rewarded, slots: 0 }
    }

    /// Lets everything after this be otherwise.
    pub fn shuffle(&mut self, seed: u64) {
        self.rng = StdRng::seed_from_u64(seed);
    }

    /// A world with so many blocks, of which this many are final.
    pub fn world(&mut self, blocks: u32, finalized: usize) -> Arc<Mutex<World>> {
        let mut world = World::new();
        self.grow(&mut world, blocks, 1);
        world.finalized = finalized;
        Arc::new(Mutex::new(world))
    }

    /// Adds blocks of a fork of this number.
    pub fn grow(&mut self, world: &mut World, blocks: u32, fork: u8) {
        for _ in 0..blocks {
            let parent = world.chain.last().expect("the first block").head.id;
            let number = parent.number + 1;
            let mut hash = [fork; 32];
            hash[..4].copy_from_slice(&number.to_le_bytes());
            let at_unix_ms = 3_000 * u64::from(number);
            let head = BlockHead { id: BlockId { number, hash }, parent: parent.hash, at_unix_ms, events: 0 };
            let block = self.block(head);
            world.chain.push(block);
        }
    }

    fn block(&mut self, head: BlockHead) -> BlockRows {
        let mut block = BlockRows::new(head);
        let mut index = 0;
        let mut named = BTreeSet::new();
        for (_, declared) in DECLARED_EVENTS {
            for event in declared.iter().map(|declared| declared.event).filter(|event| named.insert(*event)) {
                let is_likely = ["SiteRegistered", "GatewayLinked", "Rewarded"].contains(&event);
                if !self.rng.random_ratio(if is_likely { 7 } else { 5 }, 10) {
                    continue;
                }
                let Some(facts) = self.facts(event) else { continue };
                let of_event = declared.iter().filter(|declared| declared.event == event);
                of_event.for_each(|declared| self.row(&mut block, index, declared, &facts));
                index += 1;
            }
        }
        block.head.events = index;
        block
    }

    /// What this event is about; nothing, if nothing of that kind is there yet.
    fn facts(&mut self, event: &str) -> Option<Facts> {
        if event == "SiteRegistered" {
            self.sites.push(*MARKETS.choose(&mut self.rng)?);
        }
        let site = match event {
            "SiteRegistered" => self.sites.len() - 1,
            _ if self.sites.is_empty() => return None,
            _ => self.rng.random_range(0..self.sites.len()),
        };
        let any = |rng: &mut StdRng| rng.random_range(0..FEW);
        let among =
            |known: &BTreeSet<u8>, rng: &mut StdRng| known.iter().copied().collect::<Vec<_>>().choose(rng).copied();
        let gateway = match event {
            "GatewayLinked" => any(&mut self.rng),
            "ReadingRefused" | "Equivocation" | "GatewayKeyChanged" | "GatewayDeactivated" | "GatewayUnlinked" => {
                among(&self.linked, &mut self.rng)?
            }
            _ => among(&self.linked, &mut self.rng).unwrap_or_default(),
        };
        let account = match event {
            "RewardCarried" | "CarriedPaid" => among(&self.rewarded, &mut self.rng)?,
            _ => any(&mut self.rng),
        };
        match event {
            "GatewayLinked" => drop(self.linked.insert(gateway)),
            "Rewarded" => drop(self.rewarded.insert(account)),
            _ => {}
        }
        self.slots += 1;
        let (market, site) = (self.sites[site], u32::try_from(site).expect("few"));
        Some(Facts { market, site, gateway, account, slot: self.slots })
    }

    fn row(&mut self, block: &mut BlockRows, index: u32, declared: &Declaration, facts: &Facts) {
        let row = block.row(declared.table, index);
        drop(declared.columns.iter().fold(row, |row, (column, value)| match value {
            ColumnValue::Always(cell) => cell_into(row, column, cell),
            ColumnValue::Field(_, kind) => match *column {
                "market" => row.number(column, facts.market),
                "site" => row.number(column, facts.site),
                "zone" if declared.table == "zones" => row.number(column, facts.slot),
                "slot" | "first_slot" | "through_slot" => row.number(column, facts.slot),
                "gateway" => row.bytes(column, &[facts.gateway; 32]),
                "account" | "owner" => row.bytes(column, &[100 + facts.account; 32]),
                _ => of_kind(row, column, kind, &mut self.rng),
            },
        }));
    }
}

fn of_kind<'r>(row: Row<'r>, column: &'static str, kind: &Kind, rng: &mut StdRng) -> Row<'r> {
    let number = rng.random_range(0..1_000u32);
    match kind {
        Kind::Unsigned(8) => row.number(column, number % 200),
        Kind::Unsigned(_) => row.number(column, number),
        Kind::Signed(_) => row.number(column, i64::from(number) - 500),
        Kind::Bytes32 => row.bytes(column, &rng.random::<[u8; 32]>()),
        Kind::Word(words) => row.text(column, words.choose(rng).expect("a word")),
        Kind::Variant(_) => row.text(column, "Any"),
        Kind::Optional(_) if number % 3 == 0 => row.null(column),
        Kind::Optional(kind) | Kind::Added(kind) => of_kind(row, column, kind, rng),
        Kind::Each(_) => row.numbers(column, [number, 1].into_iter()),
        Kind::Computed(_, function) => cell_into(row, column, &function(u64::from(number), 12)),
    }
}

fn cell_into<'r>(row: Row<'r>, column: &'static str, cell: &Cell<'_>) -> Row<'r> {
    match cell {
        Cell::Unsigned(number) => row.number(column, number),
        Cell::Signed(number) => row.number(column, number),
        Cell::Bytes(bytes) => row.bytes(column, bytes),
        Cell::Text(text) => row.text(column, text),
        Cell::Flag(flag) => row.flag(column, *flag),
        Cell::Numbers(numbers) => row.numbers(column, numbers.iter().copied()),
        Cell::Moment(unix_s) => row.moment(column, *unix_s),
        Cell::Null => row.null(column),
    }
}
