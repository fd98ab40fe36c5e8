//! From readings, fills and payments of some slots to the rows of the export. Pure: nothing is lost and nothing counted
//! twice, whatever comes in.

use crate::books::BookQuality;
use deren_primitives::{DeviceId, MarketId, OrderStepId, ReadingVerdict, Side, SiteId, Slot, ZoneId};
use std::{collections::BTreeMap, num::NonZeroU32};

const WH_PER_KWH: u128 = 1000;

/// How long a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// In real time.
    pub slot_seconds: NonZeroU32,
    /// The metered time that it stands for, in which its energy is power. Only a demonstration has another than
    /// `slot_seconds`.
    pub slot_energy_seconds: u32,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Energy from the grid to the site. The amount is what the buyer paid, all fees included.
    Import,
    /// Energy from the site to the grid. The amount is what the seller received.
    Export,
    /// What a zone's operator received for the line above the zone.
    NetworkFee,
    /// What full lines earned for the community pot.
    CongestionRent,
    /// What the treasury received.
    ProtocolFee,
    /// What rounding left to the community pot.
    Dust,
}

impl Direction {
    /// Its name in the export.
    pub fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Export => "export",
            Self::NetworkFee => "network_fee",
            Self::CongestionRent => "congestion_rent",
            Self::ProtocolFee => "protocol_fee",
            Self::Dust => "dust",
        }
    }
}

/// A grid meter's accepted reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridReading {
    /// Its first slot.
    pub slot: Slot,
    /// How many slots it covers.
    pub slot_count: u32,
    /// The site.
    pub site: SiteId,
    /// The zone of the site; `None` if no row says it.
    pub zone: Option<ZoneId>,
    /// The meter.
    pub device: DeviceId,
    /// From the grid.
    pub import_wh: u64,
    /// To the grid.
    pub export_wh: u64,
    /// What the chain remarked.
    pub verdict: ReadingVerdict,
    /// True if production and storage do not show all of its export.
    pub over_export: bool,
    /// The block that accepted it.
    pub block_number: u32,
    /// True if that block is final.
    pub finalized: bool,
}

/// A settled fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The slot.
    pub slot: Slot,
    /// Site, side and step.
    pub step: OrderStepId,
    /// The zone of the site.
    pub zone: ZoneId,
    /// How much.
    pub quantity_wh: u64,
    /// The zone's price, without the buyer's protocol fee.
    pub price_ueur_per_kwh: i64,
    /// What the buyer paid in all, or the seller received.
    pub amount_ueur: u64,
    /// The block that settled it.
    pub block_number: u32,
    /// True if that block is final.
    pub finalized: bool,
}

/// Who received what is neither a buyer's nor a seller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentKind {
    /// The operator, for the line above this zone.
    NetworkFee(ZoneId),
    /// The community pot.
    CongestionRent,
    /// The treasury.
    ProtocolFee,
    /// The community pot.
    Dust,
}

/// A payment that is neither a buyer's nor a seller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The slot.
    pub slot: Slot,
    /// For what.
    pub kind: PaymentKind,
    /// How much.
    pub amount_ueur: u64,
    /// The block that made it.
    pub block_number: u32,
    /// True if that block is final.
    pub finalized: bool,
}

/// What the rows of some slots are made of.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The market.
    pub market: MarketId,
    /// Readings of grid meters, by slot and site.
    pub readings: Vec<GridReading>,
    /// Fills, by slot.
    pub fills: Vec<Fill>,
    /// Other payments, by slot.
    pub payments: Vec<Payment>,
    /// Hashes of the blocks that all of these name.
    pub block_hashes: BTreeMap<u32, [u8; 32]>,
}

/// A row of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The first slot.
    pub slot: Slot,
    /// How many slots; more than one only of an estimated reading.
    pub slot_count: u32,
    /// The market.
    pub market: MarketId,
    /// The zone of the site, or below the line that earned a network fee; `None` of any other payment.
    pub zone: Option<ZoneId>,
    /// The site; `None` of a payment.
    pub site: Option<SiteId>,
    /// The grid meter.
    pub meter: Option<DeviceId>,
    /// What the row is about.
    pub direction: Direction,
    /// Energy.
    pub energy_wh: u64,
    /// The price of what was traded; `None` of what was not.
    pub price_ueur_per_kwh: Option<i64>,
    /// Money; 0 of what was not traded.
    pub amount_ueur: u64,
    /// How good the reading is.
    pub quality: Option<BookQuality>,
    /// Names the payment, once in the market's life; empty of what was not traded.
    pub settlement_id: String,
    /// The block that settled it, or that accepted the reading.
    pub block_number: u32,
    /// That block's hash.
    pub block_hash: [u8; 32],
    /// True if that block is final.
    pub finalized: bool,
}

impl Row {
    /// Price × energy in whole µ€, rounded down; `None` of what was not traded.
    pub fn energy_amount_ueur(&self) -> Option<u64> {
        let price = u64::try_from(self.price_ueur_per_kwh?).unwrap_or_default();
        let amount = u128::from(price) * u128::from(self.energy_wh) / WH_PER_KWH;
        Some(u64::try_from(amount).unwrap_or(u64::MAX))
    }

    /// What a buyer paid beyond that: the protocol fee, and what was rounded up; 0 of a seller, `None` of what was not
    /// traded.
    pub fn protocol_fee_ueur(&self) -> Option<u64> {
        self.energy_amount_ueur().map(|energy| self.amount_ueur.saturating_sub(energy))
    }
}

/// The rows of a page: by slot and site, what was traded before what was not, payments last.
pub fn rows(page: Page) -> Vec<Row> {
    let mut maker = Maker { market: page.market, block_hashes: page.block_hashes, rows: Vec::new() };
    let mut fills: BTreeMap<(Slot, SiteId), Vec<Fill>> = BTreeMap::new();
    for fill in page.fills {
        fills.entry((fill.slot, fill.step.site())).or_default().push(fill);
    }
    for reading in page.readings {
        // Only an unflagged reading of this one slot can have traded.
        let key = (reading.slot, reading.site);
        let fills = if reading.verdict.trades() { fills.remove(&key).unwrap_or_default() } else { Vec::new() };
        maker.reading(&reading, &fills);
    }
    // No fill is without a reading on an honest chain; should one be, the sums must show it.
    for fill in fills.into_values().flatten() {
        maker.fill(&fill, None);
    }
    for payment in &page.payments {
        maker.payment(payment);
    }
    maker.rows.sort_by_key(|row| (row.slot, row.site.is_none(), row.site, row.direction));
    maker.rows
}

struct Maker {
    market: MarketId,
    block_hashes: BTreeMap<u32, [u8; 32]>,
    rows: Vec<Row>,
}

impl Maker {
    fn reading(&mut self, reading: &GridReading, fills: &[Fill]) {
        let before = self.rows.len();
        for (direction, side, measured_wh) in
            [(Direction::Import, Side::Buy, reading.import_wh), (Direction::Export, Side::Sell, reading.export_wh)]
        {
            let mut left_wh = measured_wh;
            for fill in fills.iter().filter(|fill| fill.step.side() == side) {
                self.fill(fill, Some(reading.device));
                left_wh = left_wh.saturating_sub(fill.quantity_wh);
            }
            if left_wh > 0 {
                self.untraded(reading, direction, left_wh);
            }
        }
        if self.rows.len() == before {
            // Zero was measured, which is not the same as nothing.
            self.untraded(reading, Direction::Import, 0);
        }
    }

    fn untraded(&mut self, reading: &GridReading, direction: Direction, energy_wh: u64) {
        let over_exported = reading.over_export && direction == Direction::Export;
        let quality = match BookQuality::of(reading.verdict) {
            BookQuality::Good if over_exported => BookQuality::Flagged,
            quality => quality,
        };
        let row = Row {
            slot_count: reading.slot_count,
            zone: reading.zone,
            site: Some(reading.site),
            meter: Some(reading.device),
            energy_wh,
            quality: Some(quality),
            ..self.row(reading.slot, direction, reading.block_number, reading.finalized)
        };
        self.rows.push(row);
    }

    fn fill(&mut self, fill: &Fill, meter: Option<DeviceId>) {
        let direction = match fill.step.side() {
            Side::Buy => Direction::Import,
            Side::Sell => Direction::Export,
        };
        let row = Row {
            zone: Some(fill.zone),
            site: Some(fill.step.site()),
            meter,
            energy_wh: fill.quantity_wh,
            price_ueur_per_kwh: Some(fill.price_ueur_per_kwh),
            amount_ueur: fill.amount_ueur,
            quality: meter.map(|_| BookQuality::Good),
            settlement_id: format!("{}/{}/{}", self.market, fill.slot, fill.step),
            ..self.row(fill.slot, direction, fill.block_number, fill.finalized)
        };
        self.rows.push(row);
    }

    fn payment(&mut self, payment: &Payment) {
        let (direction, zone, name) = match payment.kind {
            PaymentKind::NetworkFee(zone) => (Direction::NetworkFee, Some(zone), format!("zone-{zone}")),
            PaymentKind::CongestionRent => (Direction::CongestionRent, None, "congestion-rent".to_owned()),
            PaymentKind::ProtocolFee => (Direction::ProtocolFee, None, "protocol-fee".to_owned()),
            PaymentKind::Dust => (Direction::Dust, None, "dust".to_owned()),
        };
        let row = Row {
            zone,
            amount_ueur: payment.amount_ueur,
            settlement_id: format!("{}/{}/{name}", self.market, payment.slot),
            ..self.row(payment.slot, direction, payment.block_number, payment.finalized)
        };
        self.rows.push(row);
    }

    fn row(&self, slot: Slot, direction: Direction, block_number: u32, finalized: bool) -> Row {
        Row {
            slot,
            slot_count: 1,
            market: self.market,
            zone: None,
            site: None,
            meter: None,
            direction,
            energy_wh: 0,
            price_ueur_per_kwh: None,
            amount_ueur: 0,
            quality: None,
            settlement_id: String::new(),
            block_number,
            block_hash: self.block_hashes.get(&block_number).copied().unwrap_or_default(),
            finalized,
        }
    }
}
