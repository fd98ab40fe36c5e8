//! An adversary's clock: it acts once a block, and at most for so many.

use crate::{
    Result, Silent, Wait,
    chain::{Head, Rpc},
};
use deren_primitives::{Slot, SlotClock};
use std::time::Duration;

/// How many blocks it sees before it goes home: twenty minutes of them.
const MOST_BLOCKS: u32 = 400;
/// More than a block takes on a machine that is busy.
const BLOCK_DEADLINE: Duration = Duration::from_secs(120);

/// The newest block, one after the other.
pub(super) struct Blocks<'a> {
    rpc: &'a Rpc,
    clock: SlotClock,
    last: Option<Head>,
    left: u32,
}

impl<'a> Blocks<'a> {
    pub(super) async fn new(rpc: &'a Rpc) -> Result<Self> {
        let parameters = rpc.parameters(rpc.best().await?.hash).await?;
        let clock = parameters.clock();
        Ok(Self { rpc, clock, last: None, left: MOST_BLOCKS })
    }

    /// Waits for the next block; `None` when there were enough.
    pub(super) async fn next(&mut self) -> Result<Option<Head>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let (rpc, last) = (self.rpc, self.last);
        let head = Wait::new("the next block", BLOCK_DEADLINE, &Silent)
            .until(async || {
                let best = rpc.best().await.map_err(|error| error.to_string())?;
                if Some(best) == last { Err(format!("block {}", best.number)) } else { Ok(best) }
            })
            .await?;
        self.last = Some(head);
        Ok(Some(head))
    }

    /// The slot in which that block's time lies: the first that cannot be read yet.
    pub(super) async fn slot(&self, head: Head) -> Result<Slot> {
        Ok(self.clock.slot_at(self.rpc.timestamp_ms(head.hash).await?))
    }
}
