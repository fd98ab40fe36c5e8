//! Market, zones, sites, gateways and devices, and what changes about them.

use super::{
    History, MARKET,
    home::{Home, Meter},
};
use deren_market::Edge;
use deren_primitives::Side;

/// A privacy threshold that small histories reach too.
const PRIVACY_THRESHOLD: u32 = 3;
const GENESIS: [u8; 32] = [0x6e; 32];

impl History {
    /// Genesis, and one block in which everything is registered.
    pub(super) fn register(&mut self) {
        let plan = self.plan;
        let from = plan.first_slot - 1;
        let parameters = self.tables.line("parameters").put(true).bytes(&GENESIS).put("made-up");
        let parameters = parameters.put(plan.slot_seconds).put(plan.slot_seconds).put(120).put(40);
        drop(parameters.put(plan.slots_per_era).put(true).put(42).put(1).maybe(None::<u32>));
        self.tables.block(0, 0);
        self.begin_block(from - 1);
        self.set_market(100, from);
        self.add_zone(0, None, from);
        for zone in 1..=plan.feeders {
            let edge = self.any_edge();
            self.add_zone(zone, Some(edge), from);
        }
        for site in 0..plan.sites {
            self.add_home(site, from);
            self.place(site, Side::Buy, from, "placed");
            self.place(site, Side::Sell, from, "placed");
        }
    }

    pub(super) fn set_market(&mut self, fee_bp: u16, from: u32) {
        let operator = self.operator;
        drop(self.event("market_versions").put(MARKET).bytes(&operator).put(PRIVACY_THRESHOLD).put(fee_bp).put(from));
        self.fees_bp.set((), from, fee_bp);
    }

    fn add_zone(&mut self, zone: u32, edge: Option<Edge>, from: u32) {
        let (parent, depth) = (edge.map(|edge| edge.parent.0), u32::from(edge.is_some()));
        drop(self.event("zones").put(zone).put(MARKET).maybe(parent).put(depth).put(from));
        if let Some(edge) = edge {
            self.set_edge(zone, edge, from);
        }
    }

    pub(super) fn set_edge(&mut self, zone: u32, edge: Edge, from: u32) {
        let line = self.event("edge_versions").put(zone).put(MARKET).put(edge.fee_ueur_per_kwh);
        drop(line.maybe(edge.capacity_up_wh).maybe(edge.capacity_down_wh).put(from).put(from));
        self.edges.set(zone, from, edge);
    }

    fn add_home(&mut self, site: u32, from: u32) {
        let mut owner = [0xaa; 32];
        owner[..4].copy_from_slice(&site.to_be_bytes());
        let mut gateway = [0x99; 32];
        gateway[..4].copy_from_slice(&site.to_be_bytes());
        let home = Home {
            site,
            zone: 1 + site % self.plan.feeders,
            owner,
            gateway,
            has_sun: site % 5 < 2,
            meters: Vec::new(),
        };
        let line = self.event("sites").put(site).put(MARKET).put(home.zone).bytes(&owner).bytes(&[site as u8; 32]);
        drop(line.put(20_000).put(from));
        drop(self.event("site_owners").put(site).put(MARKET).bytes(&owner).put(from));
        self.set_active(site, true, from);
        drop(self.event("gateway_links").bytes(&gateway).put(site).bytes(&owner).bytes(&gateway).put(0));
        drop(self.event("gateway_keys").bytes(&gateway).put("linked").put(true).bytes(&gateway).put(0));
        let has_sun = home.has_sun;
        self.homes.push(home);
        self.add_meter(site, "grid", from);
        if has_sun {
            self.add_meter(site, "production", from);
        }
    }

    pub(super) fn set_active(&mut self, site: u32, active: bool, from: u32) {
        drop(self.event("site_states").put(site).put(MARKET).put(active).put(from));
        self.active.set(site, from, active);
    }

    fn add_meter(&mut self, site: u32, role: &'static str, from_slot: u32) -> [u8; 32] {
        let mut device = [0xde; 32];
        device[..8].copy_from_slice(&self.next_device.to_be_bytes());
        self.next_device += 1;
        let step_mwh = if self.next_device.is_multiple_of(2) { 1_000 } else { 100 };
        let (zone, gateway) = (self.homes[site as usize].zone, self.homes[site as usize].gateway);
        let line = self.event("devices").bytes(&device).put(site).put(MARKET).put(zone).bytes(&gateway).put(role);
        drop(line.put(10_000).put(step_mwh).put(from_slot));
        self.homes[site as usize].meters.push(Meter {
            device,
            role,
            step_mwh,
            from_slot,
            until_slot: None,
            sequence: 0,
            import_mwh: 0,
            export_mwh: 0,
            silent_since: None,
        });
        device
    }

    pub(super) fn replace_grid_meter(&mut self, site: u32, from: u32) {
        let meters = &mut self.homes[site as usize].meters;
        let old = meters.iter_mut().find(|meter| meter.role == "grid" && meter.until_slot.is_none());
        let old = old.expect("a grid meter");
        old.until_slot = Some(from);
        let old = old.device;
        let new = self.add_meter(site, "grid", from);
        drop(self.event("device_removals").bytes(&old).put(site).put("grid").put(from).bytes(&new));
    }
}
