//! Trades with itself for the rewards: one owner of two sites in each street, and a ring of two owners who are one
//! person. In one closed street everything is traded at a limit of nothing, in the other at the neighbours' price.

use super::{
    Kind, Task,
    blocks::Blocks,
    deed::Deed,
    estate::{Estate, Plan},
    gateway::{FalseGateway, Flow},
};
use crate::{NeighbourhoodError, Result, chain::Wallet};
use deren_primitives::{DeviceRole, Side};
use deren_runtime::{RuntimeCall, units::EUR};
use futures::future::{try_join, try_join_all};

/// How many accounts it has.
pub(super) const OWNERS: usize = 3;
/// Whose each site is: those with an even number sell, the others buy; the first half is in the first street.
pub(super) const SITES: [usize; 8] = [0, 0, 1, 2, 0, 0, 1, 2];
/// What each seller says that it made, and each buyer that it used, in every slot.
const FLOW_WH: u32 = 1_000;
/// Limits of the street with a price, in µ€/kWh.
const SELLS_AT: u32 = 150_000;
const BUYS_AT: u32 = 250_000;
const RATED_POWER_W: u32 = 8_000;
/// It claims what has come every so many blocks.
const CLAIM_BLOCKS: u32 = 8;

/// Sets up its sites, then reads and claims until it is ended.
pub(super) async fn run(wallet: &Wallet<'_>, task: Task) -> Result<()> {
    let estates = try_join_all((0..OWNERS).map(|owner| found(wallet, task, owner))).await?.concat();
    Deed::of("settling in", &Ok(())).tell();
    try_join(read(wallet, &estates), claim(wallet, task)).await.map(drop)
}

/// All sites of an owner, with their orders.
async fn found(wallet: &Wallet<'_>, task: Task, owner: usize) -> Result<Vec<Estate>> {
    let plan = |number: usize| {
        let sells = number.is_multiple_of(2);
        let roles = [(DeviceRole::Grid, RATED_POWER_W), (DeviceRole::Production, RATED_POWER_W)];
        let roles = if sells { roles.as_slice() } else { roles.get(..1).unwrap_or_default() };
        let (sell, buy) = if number < SITES.len() / 2 { (0, 0) } else { (SELLS_AT, BUYS_AT) };
        let (side, limit) = if sells { (Side::Sell, sell) } else { (Side::Buy, buy) };
        Plan {
            point: Kind::Wash.point(number, task.seed),
            gateway: FalseGateway::new(Kind::Wash, number, task.seed, wallet.genesis(), roles),
            orders: vec![(side, vec![(limit, FLOW_WH)])],
        }
    };
    let own = SITES.iter().enumerate().filter(|(_, of)| **of == owner).map(|(number, _)| plan(number));
    Estate::found(wallet, task.market, &Kind::Wash.account(owner, task.seed)?, own.collect()).await
}

/// Brings its readings, each as soon as it can be brought.
async fn read(wallet: &Wallet<'_>, estates: &[Estate]) -> Result<()> {
    let (rpc, mwh) = (wallet.rpc(), u64::from(FLOW_WH) * 1_000);
    let mut blocks = Blocks::new(rpc).await?;
    while let Some(head) = blocks.next().await? {
        let slot = blocks.slot(head).await?;
        try_join_all(estates.iter().map(|estate| async move {
            let sells = estate.gateway.devices.len() > 1;
            let (import_mwh, export_mwh) = if sells { (0, mwh) } else { (mwh, 0) };
            let brought = estate.bring(rpc, head, slot, Flow { import_mwh, export_mwh }).await;
            if let Some(outcome) = brought.transpose() {
                Deed::of("readings of what was not", &outcome).tell();
            }
            Ok::<_, NeighbourhoodError>(())
        }))
        .await?;
    }
    Ok(())
}

/// Asks for whatever may have come, in each owner's name, and draws it out of reach.
async fn claim(wallet: &Wallet<'_>, task: Task) -> Result<()> {
    let mut blocks = Blocks::new(wallet.rpc()).await?;
    let mut number = 0u32;
    while blocks.next().await?.is_some() {
        number += 1;
        if !number.is_multiple_of(CLAIM_BLOCKS) {
            continue;
        }
        try_join_all((0..OWNERS).map(|owner| async move {
            let account = Kind::Wash.account(owner, task.seed)?;
            let rewards = pallet_deren_rewards::Call::claim { owner: account.id() };
            for call in
                [RuntimeCall::Rewards(rewards), RuntimeCall::Purse(pallet_deren_purse::Call::draw { amount_ueur: EUR })]
            {
                Deed::of("claiming", &wallet.send(&account, "claiming", call).await).tell();
            }
            Ok::<_, NeighbourhoodError>(())
        }))
        .await?;
    }
    Ok(())
}
