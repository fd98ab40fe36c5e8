//! Follows the finalised chain from its first block, and reports each slot once everything of it is done.

use super::Ledger;
use crate::{NeighbourhoodError, Result, chain::Rpc, report::SlotReport};
use deren_primitives::{MarketId, Slot};
use deren_runtime::Hash;
use std::{collections::VecDeque, sync::Arc};

/// Keeps books of a market from one node's finalised blocks. The node may be restarted meanwhile.
#[derive(Debug)]
pub struct Follower {
    rpc: Arc<Rpc>,
    ledger: Ledger,
    next_block: u32,
    done: VecDeque<SlotReport>,
}

impl Follower {
    /// Begins at the chain's first block.
    pub fn new(rpc: Arc<Rpc>, market: MarketId) -> Self {
        Self { rpc, ledger: Ledger::new(market), next_block: 1, done: VecDeque::new() }
    }

    /// Asks another node from now on.
    pub fn switch(&mut self, rpc: Arc<Rpc>) {
        self.rpc = rpc;
    }

    /// The books.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The last block that is in the books.
    pub fn through(&self) -> u32 {
        self.next_block - 1
    }

    /// Writes down all blocks that are finalised by now.
    pub async fn catch_up(&mut self) -> Result<()> {
        let head = self.rpc.finalized().await?;
        while self.next_block <= head.number {
            let number = self.next_block;
            let hash = self.rpc.block_hash(number).await?.ok_or_else(|| NeighbourhoodError::Rpc {
                method: "chain_getBlockHash".into(),
                url: self.rpc.url().to_owned(),
                reason: format!("block {number} is finalised, and the node does not have it"),
            })?;
            let events = crate::chain::events(&self.rpc, hash).await?;
            // A block is in the books wholly or not at all: an error before this line leaves them as they were.
            self.next_block += 1;
            for record in &events {
                self.ledger.write(&record.event)?;
            }
            self.close(number, hash).await?;
        }
        Ok(())
    }

    /// Reports the slots that are settled, and whose eras are paid, as of this block.
    async fn close(&mut self, number: u32, hash: Hash) -> Result<()> {
        let settled: Vec<Slot> =
            self.ledger.open.iter().filter(|(_, open)| open.settled.is_some()).map(|(slot, _)| *slot).collect();
        for slot in settled {
            let era = self.rpc.era(slot, hash).await?;
            let Some(minted_total_ren) = self.ledger.paid_eras.get(&era).copied() else { return Ok(()) };
            let Some(open) = self.ledger.open.remove(&slot) else { return Ok(()) };
            let Some(summary) = open.settled.clone() else { return Ok(()) };
            self.ledger.audit(slot, &open, &summary)?;
            let answer = (self.rpc.slot(self.ledger.market, slot, hash).await?, self.rpc.minted(era, hash).await?);
            if answer != (Some(summary.clone()), Some(minted_total_ren)) {
                let what = format!(
                    "slot {slot}: the chain answers {answer:?}, its events say {summary:?}, {minted_total_ren}"
                );
                return Err(NeighbourhoodError::Invariant(what));
            }
            let minted_ren = self.ledger.minted_by_site(era);
            let minted_here_ren = self.ledger.minted.get(&era).copied().unwrap_or_default();
            if minted_ren.values().sum::<u128>() != minted_here_ren || minted_here_ren > minted_total_ren {
                let what = format!(
                    "era {era} minted {minted_here_ren} of {minted_total_ren} here, and its shares are {minted_ren:?}"
                );
                return Err(NeighbourhoodError::Invariant(what));
            }
            self.ledger.meters.forget_before(slot);
            self.done.push_back(SlotReport {
                slot,
                summary,
                zones: open.zones,
                fills: open.fills,
                minted_ren,
                finalized_block: number,
            });
        }
        Ok(())
    }

    /// The next slot of which everything is done; `None` if there is none in what is in the books.
    pub fn next_report(&mut self) -> Option<SlotReport> {
        self.done.pop_front()
    }
}
