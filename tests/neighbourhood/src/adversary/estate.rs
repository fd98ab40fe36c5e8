//! An adversary's sites: they come onto the chain like anybody's, and say of themselves what they like.

use super::gateway::{FalseGateway, Flow, read};
use crate::{
    NeighbourhoodError, Result,
    chain::{Account, Head, Rpc, Wallet},
    registration::{expires_unix_s, missing, named, source_of, steps, together},
};
use deren_primitives::{DeviceCursor, MAX_READINGS_PER_BATCH, MarketId, Side, SiteId, Slot};
use deren_runtime::{RuntimeCall, RuntimeEvent};
use pallet_deren_registry::{Call as Registry, Event};
use sp_core::H256;

/// What a register shows at least.
const REGISTER_STEP_MWH: u32 = 1_000;

/// What is to become a site.
pub(super) struct Plan {
    pub(super) point: H256,
    pub(super) gateway: FalseGateway,
    /// (limit in µ€/kWh, Wh a slot) by side.
    pub(super) orders: Vec<(Side, Vec<(u32, u32)>)>,
}

/// A site with its gateway.
#[derive(Clone, Debug)]
pub(super) struct Estate {
    pub(super) owner: Account,
    pub(super) gateway: FalseGateway,
    /// The first slot in which its devices serve.
    pub(super) from: Slot,
}

impl Estate {
    /// Registers the owner's sites at approved points, then gateways, devices and orders.
    pub(super) async fn found(
        wallet: &Wallet<'_>,
        market: MarketId,
        owner: &Account,
        plans: Vec<Plan>,
    ) -> Result<Vec<Self>> {
        let register = plans
            .iter()
            .map(|plan| RuntimeCall::Registry(Registry::register_site { commitment: named(market, plan.point) }));
        let done = wallet.send(owner, "registering sites", together(register.collect())).await?;
        let sites = done.events.iter().filter_map(|event| match event {
            RuntimeEvent::Registry(Event::SiteRegistered { site, .. }) => Some(*site),
            _ => None,
        });
        let mut calls = Vec::new();
        let mut estates = Vec::new();
        for (plan, site) in plans.into_iter().zip(sites) {
            calls.extend(furnish(owner, site, &plan)?);
            estates.push(Self { owner: owner.clone(), gateway: plan.gateway, from: Slot(0) });
        }
        let done = wallet.send(owner, "linking gateways and placing orders", together(calls)).await?;
        let from = done.events.iter().find_map(|event| match event {
            RuntimeEvent::Registry(Event::DeviceRegistered { from, .. }) => Some(*from),
            _ => None,
        });
        let from = from.ok_or_else(|| missing("DeviceRegistered"))?;
        estates.iter_mut().for_each(|estate| estate.from = from);
        Ok(estates)
    }

    /// Brings the readings of all slots before `current` that the chain does not have yet, with the same flow for each
    /// device. `None` if it has them all.
    pub(super) async fn bring(&self, rpc: &Rpc, head: Head, current: Slot, flow: Flow) -> Result<Option<()>> {
        let mut cursors = self.cursors(rpc, head).await?;
        let anchor = rpc.finalized().await?;
        let next = cursors.iter().map(|cursor| cursor.next_slot.max(self.from)).min().unwrap_or(current);
        let slots = MAX_READINGS_PER_BATCH.checked_div(u32::try_from(cursors.len()).unwrap_or(u32::MAX)).unwrap_or(0);
        let mut readings = Vec::new();
        for slot in (next.0..current.0.min(next.plus(slots).0)).map(Slot) {
            for (device, cursor) in self.gateway.devices.iter().zip(&mut cursors) {
                if cursor.next_slot <= slot {
                    readings.push(read(device.id, cursor, slot, flow, anchor));
                }
            }
        }
        if readings.is_empty() {
            return Ok(None);
        }
        let batch = self.gateway.batch(readings, 0).ok_or_else(|| missing("room in a batch"))?;
        rpc.submit(&batch).await.map(|_| Some(()))
    }

    /// Where its devices' chains of readings stand.
    pub(super) async fn cursors(&self, rpc: &Rpc, head: Head) -> Result<Vec<DeviceCursor>> {
        let devices: Vec<_> = self.gateway.devices.iter().map(|device| device.id).collect();
        let cursors = rpc.cursors(&devices, head.hash).await?;
        Ok(cursors.into_iter().map(Option::unwrap_or_default).collect())
    }
}

/// What makes a site of a plan one that trades.
fn furnish(owner: &Account, site: SiteId, plan: &Plan) -> Result<Vec<RuntimeCall>, NeighbourhoodError> {
    let gateway = &plan.gateway;
    let expires_unix_s = expires_unix_s();
    let code = gateway.link_code(&owner.id(), site, expires_unix_s);
    let link = Registry::link_gateway { site, gateway: gateway.id.0, expires_unix_s, code };
    let mut calls = vec![RuntimeCall::Registry(link)];
    calls.extend(gateway.devices.iter().map(|device| {
        RuntimeCall::Registry(Registry::register_device {
            site,
            device: device.id,
            role: device.role,
            source: source_of(device.role),
            rated_power_w: device.rated_power_w,
            register_step_mwh: REGISTER_STEP_MWH,
            gateway: gateway.id,
        })
    }));
    for (side, limits) in &plan.orders {
        let steps = steps(limits)?;
        calls.push(RuntimeCall::Matching(pallet_deren_matching::Call::place_order { site, side: *side, steps }));
    }
    Ok(calls)
}
