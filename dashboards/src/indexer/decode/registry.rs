//! Markets, zones, points, sites, gateways and devices.

use super::{
    Done, EventRows,
    types::{Bytes32, EdgeTerms, Role, fields, words},
};

fields! { Market { market: u32, operator: Bytes32, privacy_threshold: u32, protocol_fee_bp: u16, from: u32 } }
fields! { Zone { zone: u32, market: u32, parent: Option<u32>, depth: u8, edge: Option<EdgeTerms>, from: u32 } }
fields! { Edge { zone: u32, market: u32, edge: EdgeTerms, from: u32, fee_from: u32 } }
fields! { Point { commitment: Bytes32, market: u32, zone: u32, owner: Bytes32, max_power_w: u32 } }
fields! {
    Terms { commitment: Bytes32, market: u32, max_power_w: u32, max_register_step_mwh: u32, sources: u8 }
}
fields! {
    Site { site: u32, market: u32, zone: u32, owner: Bytes32, commitment: Bytes32, max_power_w: u32, from: u32 }
}
fields! { Transfer { site: u32, market: u32, owner: Bytes32, from: u32 } }
fields! { Offer { site: u32, market: u32, to: Option<Bytes32> } }
fields! { Unlink { gateway: Bytes32, site: u32 } }
fields! { Gone { site: u32, market: u32 } }
fields! { Revoked { commitment: Bytes32, market: u32 } }
fields! { Closed { market: u32 } }
fields! { Trading { market: u32, from: u32 } }
fields! { SiteState { site: u32, market: u32, from: u32 } }
fields! { Link { gateway: Bytes32, site: u32, owner: Bytes32, public_key: Bytes32, key_epoch: u32 } }
fields! { NewKey { gateway: Bytes32, new_key: Bytes32, key_epoch: u32, change: KeyChange } }
fields! { Deactivated { gateway: Bytes32, key_epoch: u32 } }
fields! {
    Device {
        device: Bytes32, site: u32, market: u32, zone: u32, gateway: Bytes32, role: Role, rated_power_w: u32,
        register_step_mwh: u32, from: u32,
    }
}
fields! { Removed { device: Bytes32, site: u32, role: Role, until: u32, replaced_by: Option<Bytes32> } }

words! {
    /// How a gateway came to its key.
    KeyChange { Rotated = "rotated", Replaced = "replaced" }
}

pub(super) fn read(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "MarketCreated" | "MarketUpdated" => market(out),
        "ZoneCreated" => zone(out),
        "EdgeSet" => {
            let Edge { zone, market, edge, from, fee_from } = out.fields()?;
            edge_version(out, zone, market, &edge, (from, fee_from));
            Ok(())
        }
        "PointApproved" => {
            terms(out)?;
            point(out)
        }
        "PointAmended" => terms(out),
        "SiteRegistered" => site(out),
        "SiteSuspended" | "SiteClosed" => site_state(out, false),
        "SiteResumed" => site_state(out, true),
        "GatewayLinked" => link(out),
        "GatewayKeyChanged" => {
            let NewKey { gateway, new_key, key_epoch, change } = out.fields()?;
            key(out, &gateway, change.word(), Some(&new_key), key_epoch);
            Ok(())
        }
        "GatewayDeactivated" => {
            let Deactivated { gateway, key_epoch } = out.fields()?;
            key(out, &gateway, "deactivated", None, key_epoch);
            Ok(())
        }
        "SiteTransferred" => {
            let Transfer { site, market, owner, from } = out.fields()?;
            site_owner(out, site, market, &owner, from);
            Ok(())
        }
        "SiteOffered" | "SiteForgotten" | "GatewayUnlinked" | "PointRevoked" | "MarketClosed" | "MarketStopped"
        | "MarketResumed" => notice(event, out),
        "DeviceRegistered" => device(out),
        "DeviceRemoved" => removal(out),
        _ => Ok(()),
    }
}

fn market(out: &mut EventRows<'_, '_>) -> Done {
    let Market { market, operator, privacy_threshold, protocol_fee_bp, from } = out.fields()?;
    let row = out.row("market_versions").number("market", market).bytes("operator", &operator);
    let row = row.number("privacy_threshold", privacy_threshold).number("protocol_fee_bp", protocol_fee_bp);
    let _ = row.number("from_slot", from);
    Ok(())
}

fn zone(out: &mut EventRows<'_, '_>) -> Done {
    let Zone { zone, market, parent, depth, edge, from } = out.fields()?;
    let row = out.row("zones").number("zone", zone).number("market", market).maybe("parent", parent);
    drop(row.number("depth", depth).number("from_slot", from));
    if let Some(edge) = edge {
        edge_version(out, zone, market, &edge, (from, from));
    }
    Ok(())
}

/// The slots are those from which the capacities hold, and the fee.
fn edge_version(out: &mut EventRows<'_, '_>, zone: u32, market: u32, edge: &EdgeTerms, (from, fee_from): (u32, u32)) {
    let row = out.row("edge_versions").number("zone", zone).number("market", market);
    let row = row.number("fee_ueur_per_kwh", edge.fee_ueur_per_kwh).maybe("capacity_up_wh", edge.capacity_up_wh);
    let row = row.maybe("capacity_down_wh", edge.capacity_down_wh);
    let _ = row.number("from_slot", from).number("fee_from_slot", fee_from);
}

fn point(out: &mut EventRows<'_, '_>) -> Done {
    let Point { commitment, market, zone, owner, max_power_w } = out.fields()?;
    let row = out.row("points").bytes("commitment", &commitment).number("market", market).number("zone", zone);
    let _ = row.bytes("owner", &owner).number("max_power_w", max_power_w);
    Ok(())
}

fn terms(out: &mut EventRows<'_, '_>) -> Done {
    let Terms { commitment, market, max_power_w, max_register_step_mwh, sources } = out.fields()?;
    let row = out.row("point_terms").bytes("commitment", &commitment).number("market", market);
    let row = row.number("max_power_w", max_power_w).number("max_register_step_mwh", max_register_step_mwh);
    let _ = row.number("sources", sources);
    Ok(())
}

fn site(out: &mut EventRows<'_, '_>) -> Done {
    let Site { site, market, zone, owner, commitment, max_power_w, from } = out.fields()?;
    let row = out.row("sites").number("site", site).number("market", market).number("zone", zone);
    let row = row.bytes("owner", &owner).bytes("commitment", &commitment).number("max_power_w", max_power_w);
    drop(row.number("from_slot", from));
    site_owner(out, site, market, &owner, from);
    state(out, site, market, true, from);
    Ok(())
}

fn site_owner(out: &mut EventRows<'_, '_>, site: u32, market: u32, owner: &Bytes32, from: u32) {
    let row = out.row("site_owners").number("site", site).number("market", market);
    let _ = row.bytes("owner", owner).number("from_slot", from);
}

/// What goes or stands still.
fn notice(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    let (market, site, thing, from) = match event {
        "SiteOffered" => out.fields().map(|Offer { site, market, to }| (Some(market), Some(site), to, None))?,
        "SiteForgotten" => out.fields().map(|Gone { site, market }| (Some(market), Some(site), None, None))?,
        "GatewayUnlinked" => out.fields().map(|Unlink { gateway, site }| (None, Some(site), Some(gateway), None))?,
        "PointRevoked" => {
            out.fields().map(|Revoked { commitment, market }| (Some(market), None, Some(commitment), None))?
        }
        "MarketClosed" => out.fields().map(|Closed { market }| (Some(market), None, None, None))?,
        _ => out.fields().map(|Trading { market, from }| (Some(market), None, None, Some(from)))?,
    };
    let row = out.row("registry_notices").text("what", event).maybe("market", market).maybe("site", site);
    let _ = row.maybe_bytes("thing", thing.as_ref()).maybe("from_slot", from);
    Ok(())
}

fn site_state(out: &mut EventRows<'_, '_>, active: bool) -> Done {
    let SiteState { site, market, from } = out.fields()?;
    state(out, site, market, active, from);
    Ok(())
}

fn state(out: &mut EventRows<'_, '_>, site: u32, market: u32, active: bool, from: u32) {
    let row = out.row("site_states").number("site", site).number("market", market);
    let _ = row.flag("active", active).number("from_slot", from);
}

fn link(out: &mut EventRows<'_, '_>) -> Done {
    let Link { gateway, site, owner, public_key, key_epoch } = out.fields()?;
    let row = out.row("gateway_links").bytes("gateway", &gateway).number("site", site).bytes("owner", &owner);
    drop(row.bytes("public_key", &public_key).number("key_epoch", key_epoch));
    key(out, &gateway, "linked", Some(&public_key), key_epoch);
    Ok(())
}

/// Only a deactivation makes a gateway inactive: an inactive one can neither be linked nor rotate its key.
fn key(out: &mut EventRows<'_, '_>, gateway: &Bytes32, change: &str, public_key: Option<&Bytes32>, key_epoch: u32) {
    let row = out.row("gateway_keys").bytes("gateway", gateway).text("change", change);
    let row = row.flag("active", public_key.is_some()).maybe_bytes("public_key", public_key);
    let _ = row.number("key_epoch", key_epoch);
}

fn device(out: &mut EventRows<'_, '_>) -> Done {
    let Device { device, site, market, zone, gateway, role, rated_power_w, register_step_mwh, from } = out.fields()?;
    let row = out.row("devices").bytes("device", &device).number("site", site).number("market", market);
    let row = row.number("zone", zone).bytes("gateway", &gateway).text("role", role.word());
    let row = row.number("rated_power_w", rated_power_w).number("register_step_mwh", register_step_mwh);
    let _ = row.number("from_slot", from);
    Ok(())
}

fn removal(out: &mut EventRows<'_, '_>) -> Done {
    let Removed { device, site, role, until, replaced_by } = out.fields()?;
    let row = out.row("device_removals").bytes("device", &device).number("site", site).text("role", role.word());
    let _ = row.number("until_slot", until).maybe_bytes("replaced_by", replaced_by.as_ref());
    Ok(())
}
