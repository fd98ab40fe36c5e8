//! The owners' part, all homes at once.

use super::{
    People, RegisteredHome,
    market::{Grid, together},
    missing,
};
use crate::{
    NeighbourhoodError, Result,
    chain::{Account, Wallet},
    gateway::{Gateway, device_name, first_key},
    layout::Home,
};
use deren_primitives::{DeviceRole, Side, SiteId, Source};
use deren_runtime::{RuntimeCall, RuntimeEvent};
use deren_simulator::serving::{Serving, ServingDevice};
use deren_testing::unix_s;
use futures::future::try_join_all;
use pallet_deren_matching::{PriceStep, Steps};
use sp_core::H256;
use std::time::Duration;

/// For how long a link code holds.
const LINK_VALID: Duration = Duration::from_secs(3600);
/// Registers sites, links gateways, registers devices and places orders. Owners need no REN: they pay fees in euros.
pub(super) async fn register(
    wallet: &Wallet<'_>,
    people: &People,
    homes: &[Home],
    serving: &Serving,
    gateways: &[Gateway],
    grid: &Grid,
) -> Result<Vec<RegisteredHome>> {
    let each = homes.iter().zip(&people.owners).zip(gateways).zip(&grid.points);
    try_join_all(each.map(|(((home, owner), gateway), point)| async move {
        let zone = *grid.feeders.get(home.feeder).ok_or_else(|| missing("a feeder"))?;
        // The gateway says who it and its devices are while the site is being registered.
        let (keys, site) = futures::future::try_join(gateway.keys(), register_site(wallet, owner, *point)).await?;
        let expires_unix_s = expires_unix_s();
        let code = gateway.link_code(&owner.id(), site, expires_unix_s).await?;
        let mut calls = vec![RuntimeCall::Registry(pallet_deren_registry::Call::link_gateway {
            site,
            gateway: first_key(keys.gateway),
            expires_unix_s,
            code,
        })];
        let mut devices = Vec::new();
        for served in devices_of(serving, home)? {
            let name = device_name(served.role);
            let key = keys.devices.iter().find(|key| key.name == name);
            let device = key.and_then(|key| key.device).ok_or_else(|| NeighbourhoodError::Command {
                what: format!("deren-gateway keys for {}", home.name),
                reason: format!("the device `{name}` has not said who it is"),
            })?;
            devices.push((device, served.role));
            calls.push(RuntimeCall::Registry(pallet_deren_registry::Call::register_device {
                site,
                device,
                role: served.role,
                source: source_of(served.role),
                rated_power_w: served.rated_power_w,
                register_step_mwh: served.register_step_mwh,
                gateway: keys.gateway,
            }));
        }
        for (side, limits) in [(Side::Sell, &home.sell), (Side::Buy, &home.buy)] {
            if !limits.is_empty() {
                let steps = steps(limits)?;
                calls.push(RuntimeCall::Matching(pallet_deren_matching::Call::place_order { site, side, steps }));
            }
        }
        wallet.send(owner, "linking the gateway and placing orders", together(calls)).await?;
        Ok(RegisteredHome { site, zone, gateway: keys.gateway, devices })
    }))
    .await
}

/// What stands on the roofs of this neighbourhood.
pub(crate) fn source_of(role: DeviceRole) -> Option<Source> {
    (role == DeviceRole::Production).then_some(Source::Solar)
}

async fn register_site(wallet: &Wallet<'_>, owner: &Account, commitment: H256) -> Result<SiteId> {
    let call = RuntimeCall::Registry(pallet_deren_registry::Call::register_site { commitment });
    let done = wallet.send(owner, "registering the site", call).await?;
    done.events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Registry(pallet_deren_registry::Event::SiteRegistered { site, .. }) => Some(*site),
            _ => None,
        })
        .ok_or_else(|| missing("SiteRegistered"))
}

fn devices_of<'a>(serving: &'a Serving, home: &Home) -> Result<&'a [ServingDevice]> {
    let served = serving.homes.iter().find(|served| served.name == home.name);
    served.map(|served| served.devices.as_slice()).ok_or_else(|| {
        NeighbourhoodError::Configuration(format!("the simulator does not serve the devices of {}", home.name))
    })
}

/// An order's price steps, from (limit in µ€/kWh, Wh a slot).
pub(crate) fn steps(limits: &[(u32, u32)]) -> Result<Steps> {
    let steps: Vec<PriceStep> = limits
        .iter()
        .map(|(limit_ueur_per_kwh, cap_wh)| PriceStep { limit_ueur_per_kwh: *limit_ueur_per_kwh, cap_wh: *cap_wh })
        .collect();
    let count = steps.len();
    Steps::try_from(steps)
        .map_err(|_| NeighbourhoodError::Configuration(format!("an order has at most eight steps, not {count}")))
}

/// When a link code that is made now ends.
pub(crate) fn expires_unix_s() -> u64 {
    unix_s() + LINK_VALID.as_secs()
}
