//! The council's way: one proposes, all vote, one closes; then what was announced waits for its notice, and happens.

use super::{People, missing};
use crate::{
    NeighbourhoodError, Result,
    chain::{Wallet, error_in_words, events},
};
use codec::Encode;
use deren_runtime::{Hash, RuntimeCall, RuntimeEvent};
use pallet_deren_notice::{Call as Notice, Event as Noticed};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use std::time::Duration;

/// How often a node is asked for the next block.
const BLOCK_POLL: Duration = Duration::from_millis(300);

/// Lets the council announce a call, and waits until it has happened. Gives what happened in that block.
pub(super) async fn decide(wallet: &Wallet<'_>, people: &People, call: RuntimeCall) -> Result<Vec<RuntimeEvent>> {
    let announce = RuntimeCall::Notice(Notice::announce { call: Box::new(call) });
    let closed = vote(wallet, people, announce).await?;
    let (number, when) = closed
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Notice(Noticed::Announced { number, when, .. }) => Some((*number, *when)),
            _ => None,
        })
        .ok_or_else(|| missing("Announced"))?;
    enacted(wallet, number, when).await
}

/// The council decides at once. Gives what happened when the vote was closed.
async fn vote(wallet: &Wallet<'_>, people: &People, call: RuntimeCall) -> Result<Vec<RuntimeEvent>> {
    let hash = BlakeTwo256::hash_of(&call);
    let length_bound = u32::try_from(call.encoded_size()).unwrap_or(u32::MAX);
    let threshold = u32::try_from(people.council.len()).unwrap_or(u32::MAX);
    let [first, ..] = people.council.as_slice() else {
        return Err(NeighbourhoodError::Configuration("a council has at least one member".into()));
    };
    let propose =
        RuntimeCall::Council(pallet_collective::Call::propose { threshold, proposal: Box::new(call), length_bound });
    let proposed = wallet.send(first, "proposing to the council", propose).await?;
    let index = proposed
        .events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Council(pallet_collective::Event::Proposed { proposal_index, .. }) => Some(*proposal_index),
            _ => None,
        })
        .ok_or_else(|| missing("Proposed"))?;
    let vote = || RuntimeCall::Council(pallet_collective::Call::vote { proposal: hash, index, approve: true });
    let votes = people.council.iter().map(|member| wallet.send(member, "voting in the council", vote()));
    futures::future::try_join_all(votes).await?;
    let close = RuntimeCall::Council(pallet_collective::Call::close {
        proposal_hash: hash,
        index,
        proposal_weight_bound: deren_runtime::configs::MaxProposalWeight::get(),
        length_bound,
    });
    Ok(wallet.send(first, "closing the council's vote", close).await?.events)
}

/// Waits until this announcement has been enacted, in block `when` or, if that one had no room, in a later one.
async fn enacted(wallet: &Wallet<'_>, number: u32, when: u32) -> Result<Vec<RuntimeEvent>> {
    let mut block = when;
    loop {
        let happened: Vec<_> = events(wallet.rpc(), finalized(wallet, block).await?)
            .await?
            .into_iter()
            .map(|record| record.event)
            .collect();
        let result = happened.iter().find_map(|event| match event {
            RuntimeEvent::Notice(Noticed::Enacted { number: other, result, .. }) if *other == number => Some(*result),
            _ => None,
        });
        match result {
            Some(Ok(())) => return Ok(happened),
            Some(Err(error)) => {
                return Err(NeighbourhoodError::Transaction {
                    who: "the council".into(),
                    what: "what it announced".into(),
                    reason: error_in_words(error),
                });
            }
            None => block = block.saturating_add(1),
        }
    }
}

/// This block, once it is final.
async fn finalized(wallet: &Wallet<'_>, number: u32) -> Result<Hash> {
    while wallet.rpc().finalized().await?.number < number {
        tokio::time::sleep(BLOCK_POLL).await;
    }
    wallet.rpc().block_hash(number).await?.ok_or_else(|| missing("the block in which it should happen"))
}
