//! Markets, zones, points, sites, gateways and devices.

use super::{kinds::*, table::*};

pub(super) const EVENTS: &[Declaration] = events! {
    MarketCreated => market_versions {
        market: u32, operator: Bytes32, privacy_threshold: u32, protocol_fee_bp: u16, from_slot: u32 = from
    } skip max_fee_ueur_per_kwh;
    MarketUpdated => market_versions {
        market: u32, operator: Bytes32, privacy_threshold: u32, protocol_fee_bp: u16, from_slot: u32 = from
    } skip max_fee_ueur_per_kwh;
    ZoneCreated => zones { zone: u32, market: u32, parent: Option<u32>, depth: u8, from_slot: u32 = from };
    ZoneCreated => edge_versions if edge {
        zone: u32, market: u32, fee_ueur_per_kwh: u32 = edge.fee_ueur_per_kwh,
        capacity_up_wh: Option<u64> = edge.capacity_up_wh, capacity_down_wh: Option<u64> = edge.capacity_down_wh,
        from_slot: u32 = from, fee_from_slot: u32 = from
    };
    EdgeSet => edge_versions {
        zone: u32, market: u32, fee_ueur_per_kwh: u32 = edge.fee_ueur_per_kwh,
        capacity_up_wh: Option<u64> = edge.capacity_up_wh, capacity_down_wh: Option<u64> = edge.capacity_down_wh,
        from_slot: u32 = from, fee_from_slot: u32 = fee_from
    };
    PointApproved => points {
        commitment: Bytes32, market: u32, zone: u32, owner: Bytes32, max_power_w: u32
    } skip nullifier;
    PointApproved => point_terms {
        commitment: Bytes32, market: u32, max_power_w: u32, max_register_step_mwh: u32, sources: u8
    };
    PointAmended => point_terms {
        commitment: Bytes32, market: u32, max_power_w: u32, max_register_step_mwh: u32, sources: u8
    } skip site;
    PointRevoked => registry_notices {
        what = "PointRevoked", market: u32, site = null, thing: Bytes32 = commitment, from_slot = null
    };
    SiteRegistered => sites {
        site: u32, market: u32, zone: u32, owner: Bytes32, commitment: Bytes32, max_power_w: u32, from_slot: u32 = from
    };
    SiteRegistered => site_owners { site: u32, market: u32, owner: Bytes32, from_slot: u32 = from };
    SiteRegistered => site_states { site: u32, market: u32, active = true, from_slot: u32 = from };
    SiteTransferred => site_owners { site: u32, market: u32, owner: Bytes32, from_slot: u32 = from } skip former;
    SiteSuspended => site_states { site: u32, market: u32, active = false, from_slot: u32 = from };
    SiteResumed => site_states { site: u32, market: u32, active = true, from_slot: u32 = from };
    SiteClosed => site_states { site: u32, market: u32, active = false, from_slot: u32 = from };
    SiteOffered => registry_notices {
        what = "SiteOffered", market: u32, site: u32, thing: Option<Bytes32> = to, from_slot = null
    };
    SiteForgotten => registry_notices {
        what = "SiteForgotten", market: u32, site: u32, thing = null, from_slot = null
    };
    MarketStopped => registry_notices {
        what = "MarketStopped", market: u32, site = null, thing = null, from_slot: u32 = from
    };
    MarketResumed => registry_notices {
        what = "MarketResumed", market: u32, site = null, thing = null, from_slot: u32 = from
    };
    MarketClosed => registry_notices {
        what = "MarketClosed", market: u32, site = null, thing = null, from_slot = null
    };
    GatewayLinked => gateway_links {
        gateway: Bytes32, site: u32, owner: Bytes32, public_key: Bytes32, key_epoch: u32
    };
    // Only a deactivation makes a gateway inactive: an inactive one can neither be linked nor rotate its key.
    GatewayLinked => gateway_keys {
        gateway: Bytes32, change = "linked", active = true, public_key: Bytes32, key_epoch: u32
    };
    GatewayKeyChanged => gateway_keys {
        gateway: Bytes32, change: KeyChange, active = true, public_key: Bytes32 = new_key, key_epoch: u32
    } skip old_key;
    GatewayDeactivated => gateway_keys {
        gateway: Bytes32, change = "deactivated", active = false, public_key = null, key_epoch: u32
    };
    GatewayUnlinked => registry_notices {
        what = "GatewayUnlinked", market = null, site: u32, thing: Bytes32 = gateway, from_slot = null
    };
    DeviceRegistered => devices {
        device: Bytes32, site: u32, market: u32, zone: u32, gateway: Bytes32, role: Role, rated_power_w: u32,
        register_step_mwh: u32, from_slot: u32 = from
    } skip source;
    DeviceRemoved => device_removals {
        device: Bytes32, site: u32, role: Role, until_slot: u32 = until, replaced_by: Option<Bytes32>
    };
};
