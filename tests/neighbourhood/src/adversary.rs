//! People who try to get what is not theirs, or to stop what they do not own. Each is a process of its own, with keys
//! of its own, that knows a node, a market and how far its keys go.
//!
//! They must never use anything but transactions that anyone with such keys could send. What is to be withstood is
//! the chain's to withstand: nothing here may go easy on it, but every loop ends.

mod admit;
mod blocks;
mod deed;
mod estate;
mod flood;
mod fortune;
mod freeze;
mod gateway;
mod process;
mod stuck;
mod wash;

pub use admit::{Admitted, PROTOCOL_FEE_BP, admit};
pub use deed::Deed;
pub use fortune::{Findings, Fortune, fortune};
pub use process::Adversary;

use crate::{
    Result,
    chain::{Account, Rpc, Until, Wallet},
};
use codec::Encode;
use deren_primitives::MarketId;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

/// What an adversary is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Trades with itself for the rewards.
    Wash,
    /// Fills the blocks with what costs nothing.
    Flood,
    /// Holds the on-ramp's key, and reaches for everyone's euros.
    Freeze,
    /// Runs a market that is not to settle.
    Stuck,
}

impl Kind {
    /// As it is named on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wash => "wash",
            Self::Flood => "flood",
            Self::Freeze => "freeze",
            Self::Stuck => "stuck",
        }
    }

    /// An account that an adversary of this kind has the key of.
    pub fn account(self, number: usize, seed: u64) -> Result<Account> {
        let name = self.name();
        Account::derived(format!("{name} {number}"), &format!("//adversary//{name}-{number}-{seed}"))
    }

    /// The commitment to its connection point of this number.
    fn point(self, number: usize, seed: u64) -> H256 {
        blake2_256(&("DEREN adversary", self.name(), number as u64, seed).encode()).into()
    }
}

/// Where an adversary is at work.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// The port of a node on this machine.
    pub node_port: u16,
    /// The market: its own if it runs one, else the others'.
    pub market: MarketId,
    /// Its keys follow from it.
    pub seed: u64,
}

/// Does its worst until it is ended, or until it has seen as many blocks as it may. Each deed is a line on standard
/// output.
pub async fn run(kind: Kind, task: Task) -> Result<()> {
    let rpc = Rpc::new(task.node_port);
    let wallet = Wallet::new(&rpc, Until::InBlock).await?;
    match kind {
        Kind::Wash => wash::run(&wallet, task).await,
        Kind::Flood => flood::run(&wallet, task).await,
        Kind::Freeze => freeze::run(&wallet, task).await,
        Kind::Stuck => stuck::run(&wallet, task).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_keys_and_points_of_its_own() {
        let kinds = [Kind::Wash, Kind::Flood, Kind::Freeze, Kind::Stuck];
        let numbered = || kinds.into_iter().flat_map(|kind| (0..4).map(move |number| (kind, number)));
        let accounts: BTreeSet<_> =
            numbered().map(|(kind, number)| kind.account(number, 1).expect("an account").id()).collect();
        let points: BTreeSet<_> = numbered().map(|(kind, number)| kind.point(number, 1)).collect();
        assert_eq!((accounts.len(), points.len()), (16, 16));
        assert_ne!(Kind::Wash.point(0, 1), Kind::Wash.point(0, 2));
    }
}
