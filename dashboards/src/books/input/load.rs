//! The questions to the database whose answers make a clearing's input. In a slot holds the version that was written
//! last, of those that begin at the slot or before. A later one voids what would have begun with it or after it.

use super::{SlotInput, SlotRows, StandingOrder};
use crate::books::{
    BooksError,
    rows::{narrow, number, role, side},
};
use deren_market::{Edge, Energies, SlotEnergies, Zone};
use deren_primitives::{MarketId, SiteId, Slot, ZoneId};
use sqlx::PgConnection;
use std::collections::BTreeMap;

type ZoneRow = (i64, Option<i64>, Option<i64>, Option<String>, Option<String>);
type OrderRow = (i64, String, i64, Vec<i64>, Vec<i64>);

impl SlotInput {
    /// The input of the slot's clearing, as the rows have it; `None` if the market had no zone in that slot.
    pub async fn load(connection: &mut PgConnection, market: MarketId, slot: Slot) -> Result<Option<Self>, BooksError> {
        let zones = zones(connection, market, slot).await?;
        let Some(protocol_fee_bp) = protocol_fee_bp(connection, market, slot).await? else { return Ok(None) };
        if zones.is_empty() {
            return Ok(None);
        }
        let orders = orders(connection, market, slot).await?;
        let energies = energies(connection, market, slot).await?;
        Self::from_rows(SlotRows { zones, protocol_fee_bp, orders, energies }).map(Some)
    }
}

async fn zones(connection: &mut PgConnection, market: MarketId, slot: Slot) -> Result<Vec<Zone>, BooksError> {
    let question =
        sqlx::query_as::<_, ZoneRow>(include_str!("zones.sql")).bind(i64::from(market.0)).bind(i64::from(slot.0));
    let mut zones = Vec::new();
    for (zone, parent, fee, up, down) in question.fetch_all(connection).await? {
        let id = ZoneId(narrow("zones.zone", zone)?);
        let edge = match (parent, fee) {
            (None, _) => None,
            // A zone whose line has no terms yet does not take part.
            (Some(_), None) => continue,
            (Some(parent), Some(fee)) => Some(Edge {
                parent: ZoneId(narrow("zones.parent", parent)?),
                fee_ueur_per_kwh: narrow("edge_versions.fee_ueur_per_kwh", fee)?,
                capacity_up_wh: up.map(|wh| number("edge_versions.capacity_up_wh", &wh)).transpose()?,
                capacity_down_wh: down.map(|wh| number("edge_versions.capacity_down_wh", &wh)).transpose()?,
            }),
        };
        zones.push(Zone { id, edge });
    }
    Ok(zones)
}

async fn protocol_fee_bp(
    connection: &mut PgConnection,
    market: MarketId,
    slot: Slot,
) -> Result<Option<u16>, BooksError> {
    let question = sqlx::query_scalar(
        "SELECT protocol_fee_bp FROM seen_market_versions WHERE market = $1 AND from_slot <= $2
         ORDER BY block_number DESC, event_index DESC LIMIT 1",
    );
    let question = question.bind(i64::from(market.0)).bind(i64::from(slot.0));
    let fee: Option<i64> = question.fetch_optional(connection).await?;
    fee.map(|fee| narrow("market_versions.protocol_fee_bp", fee)).transpose()
}

async fn orders(connection: &mut PgConnection, market: MarketId, slot: Slot) -> Result<Vec<StandingOrder>, BooksError> {
    let question =
        sqlx::query_as::<_, OrderRow>(include_str!("orders.sql")).bind(i64::from(market.0)).bind(i64::from(slot.0));
    let mut orders = Vec::new();
    for (site, of_side, zone, limits, caps) in question.fetch_all(connection).await? {
        let step = |(limit, cap): (i64, i64)| {
            Ok((narrow("order_versions.limits_ueur_per_kwh", limit)?, narrow("order_versions.caps_wh", cap)?))
        };
        orders.push(StandingOrder {
            site: SiteId(narrow("order_versions.site", site)?),
            side: side(&of_side)?,
            zone: ZoneId(narrow("sites.zone", zone)?),
            steps: limits.into_iter().zip(caps).map(step).collect::<Result<_, BooksError>>()?,
        });
    }
    Ok(orders)
}

async fn energies(
    connection: &mut PgConnection,
    market: MarketId,
    slot: Slot,
) -> Result<BTreeMap<SiteId, SlotEnergies>, BooksError> {
    let question = sqlx::query_as::<_, (i64, String, i64, i64, i64)>(include_str!("readings.sql"));
    let question = question.bind(i64::from(market.0)).bind(i64::from(slot.0));
    let mut energies: BTreeMap<SiteId, SlotEnergies> = BTreeMap::new();
    for (site, of_role, import_wh, export_wh, step_mwh) in question.fetch_all(connection).await? {
        let shown = Energies {
            import_wh: narrow("readings.import_wh", import_wh)?,
            export_wh: narrow("readings.export_wh", export_wh)?,
        };
        let step_mwh = narrow("devices.register_step_mwh", step_mwh)?;
        energies.entry(SiteId(narrow("readings.site", site)?)).or_default().add(role(&of_role)?, step_mwh, shown);
    }
    Ok(energies)
}
