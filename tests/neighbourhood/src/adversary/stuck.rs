//! Runs a market that is not to settle. It has lines of the greatest depth, orders at the bounds of what an order may
//! be, and receivers that have no account. Buyers' money is gone, and everything changes in every block.

use super::{
    Kind, Task,
    admit::approve,
    blocks::Blocks,
    deed::Deed,
    estate::{Estate, Plan},
    gateway::{FalseGateway, Flow},
};
use crate::{
    Result,
    chain::{Account, Wallet},
    registration::{next_zone, together},
};
use deren_primitives::{DeviceRole, Side, ZoneId};
use deren_runtime::{
    RuntimeCall,
    units::{EUR, EUR_ASSET},
};
use futures::future::{try_join, try_join3};
use pallet_deren_registry::Call as Registry;

/// Its accounts: who runs the market and has no euro, who sells, who buys, and who takes the money away.
const OPERATOR: usize = 0;
const SELLER: usize = 1;
const BUYER: usize = 2;
const MULE: usize = 3;
/// Maximum depth of a market.
const DEPTH: u32 = 8;
const FEE_UEUR_PER_KWH: u32 = 5_000;
const RATED_POWER_W: u32 = 8_000;
const FLOW_MWH: u64 = 1_000_000;

/// Sets the market up, then does what it can that it does not settle.
pub(super) async fn run(wallet: &Wallet<'_>, task: Task) -> Result<()> {
    let (first, last) = draw(wallet, task).await?;
    let (seller, buyer) = try_join(found(wallet, task, SELLER), found(wallet, task, BUYER)).await?;
    Deed::of("settling in", &Ok(())).tell();
    let estates = [seller, buyer].concat();
    let all = try_join3(read(wallet, &estates), change(wallet, task, first, last), spirit_away(wallet, task, &estates));
    Box::pin(all).await.map(drop)
}

/// A line of zones one below the other: sellers at its end, buyers at its root. Gives both ends.
async fn draw(wallet: &Wallet<'_>, task: Task) -> Result<(ZoneId, ZoneId)> {
    let operator = Kind::Stuck.account(OPERATOR, task.seed)?;
    let first = next_zone(wallet).await?;
    let last = ZoneId(first + DEPTH);
    let mut calls = vec![RuntimeCall::Registry(Registry::create_zone { market: task.market, parent: None })];
    calls.extend((first..last.0).map(|above| {
        let parent = Some((ZoneId(above), FEE_UEUR_PER_KWH, None, None));
        RuntimeCall::Registry(Registry::create_zone { market: task.market, parent })
    }));
    for (number, zone) in [(SELLER, last), (BUYER, ZoneId(first))] {
        let owner = Kind::Stuck.account(number, task.seed)?;
        calls.push(approve(zone, Kind::Stuck, number, &owner, task.seed));
    }
    wallet.send(&operator, "drawing a grid", together(calls)).await?;
    Ok((ZoneId(first), last))
}

/// A site with orders of as many steps as there may be, from one bound to the other.
async fn found(wallet: &Wallet<'_>, task: Task, number: usize) -> Result<Vec<Estate>> {
    let roles = [(DeviceRole::Grid, RATED_POWER_W), (DeviceRole::Production, RATED_POWER_W)];
    let (roles, side, steps) = if number == SELLER {
        (&roles[..], Side::Sell, (0..7).map(|step| (step, 100)).chain([(u32::MAX, u32::MAX)]).collect())
    } else {
        let cheaper = (0..7).map(|step| (500_000 - step, 100));
        (&roles[..1], Side::Buy, [(u32::MAX, 1)].into_iter().chain(cheaper).collect())
    };
    let plan = Plan {
        point: Kind::Stuck.point(number, task.seed),
        gateway: FalseGateway::new(Kind::Stuck, number, task.seed, wallet.genesis(), roles),
        orders: vec![(side, steps)],
    };
    Estate::found(wallet, task.market, &Kind::Stuck.account(number, task.seed)?, vec![plan]).await
}

/// Brings readings of energy that was sold and bought, so that there is something to settle.
async fn read(wallet: &Wallet<'_>, estates: &[Estate]) -> Result<()> {
    let mut blocks = Blocks::new(wallet.rpc()).await?;
    while let Some(head) = blocks.next().await? {
        let slot = blocks.slot(head).await?;
        for estate in estates {
            let sells = estate.gateway.devices.len() > 1;
            let (import_mwh, export_mwh) = if sells { (0, FLOW_MWH) } else { (FLOW_MWH, 0) };
            let brought = estate.bring(wallet.rpc(), head, slot, Flow { import_mwh, export_mwh }).await;
            if let Some(outcome) = brought.transpose() {
                Deed::of("readings of what was not", &outcome).tell();
            }
        }
    }
    Ok(())
}

/// Changes the lines in every block, to the greatest fee and back.
async fn change(wallet: &Wallet<'_>, task: Task, first: ZoneId, last: ZoneId) -> Result<()> {
    let operator = Kind::Stuck.account(OPERATOR, task.seed)?;
    let mut blocks = Blocks::new(wallet.rpc()).await?;
    while let Some(head) = blocks.next().await? {
        for fee_ueur_per_kwh in [u32::MAX, FEE_UEUR_PER_KWH + head.number % 2] {
            let zones = (first.0 + 1..=last.0).map(ZoneId);
            let calls = zones.map(|zone| {
                let (capacity_up_wh, capacity_down_wh) = (None, Some(u64::MAX));
                let edge = Registry::set_edge { zone, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh };
                RuntimeCall::Registry(edge)
            });
            let what = if fee_ueur_per_kwh == u32::MAX { "the greatest fee" } else { "changing every line" };
            let done = wallet.send(&operator, what, together(calls.collect())).await;
            Deed::of(what, &done).tell();
        }
    }
    Ok(())
}

/// Takes the money from under the orders, and the accounts from under the receipts.
async fn spirit_away(wallet: &Wallet<'_>, task: Task, estates: &[Estate]) -> Result<()> {
    let mule = Kind::Stuck.account(MULE, task.seed)?;
    let mut blocks = Blocks::new(wallet.rpc()).await?;
    while blocks.next().await?.is_some() {
        for estate in estates {
            let all = move_all(&mule);
            Deed::of("moving all euros away", &wallet.send(&estate.owner, "moving", all).await).tell();
            let back = move_all(&estate.owner);
            Deed::of("moving all euros back", &wallet.send(&mule, "moving", back).await).tell();
        }
    }
    Ok(())
}

/// What the purse still gives goes too.
fn move_all(to: &Account) -> RuntimeCall {
    let dest = to.id().into();
    let calls = vec![
        RuntimeCall::Purse(pallet_deren_purse::Call::draw { amount_ueur: EUR }),
        RuntimeCall::Assets(pallet_assets::Call::transfer_all { id: EUR_ASSET.into(), dest, keep_alive: false }),
    ];
    RuntimeCall::Utility(pallet_utility::Call::force_batch { calls })
}
