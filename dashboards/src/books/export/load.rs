//! The questions to the database that make a page. All of a page is from one moment.

use super::{Fill, GridReading, Page, Payment, PaymentKind, Scope};
use crate::books::{
    BooksError,
    rows::{bytes32, narrow, number},
};
use deren_primitives::{DeviceId, OrderStepId, ReadingVerdict, SiteId, Slot, ZoneId};
use sqlx::{PgConnection, PgPool};
use std::collections::{BTreeMap, BTreeSet};

type ReadingRow = (i64, i64, i64, Vec<u8>, i64, i64, i32, bool, i64, bool, Option<i64>);
type FillRow = (i64, String, i64, i64, i64, i64, bool, i64);
type PaymentRow = (i64, i32, i64, i64, i64, bool);

/// Everything of these slots that is in scope.
pub(super) async fn page(pool: &PgPool, scope: &Scope, (first, end): (Slot, Slot)) -> Result<Page, BooksError> {
    let mut connection = crate::books::snapshot(pool).await?;
    let sites: Option<Vec<i64>> =
        scope.sites.as_ref().map(|sites| sites.iter().map(|site| i64::from(site.0)).collect());
    let length = i64::from(scope.clock.slot_seconds.get());
    let (first, end) = (i64::from(first.0), i64::from(end.0));
    let market = i64::from(scope.market.0);

    let question = sqlx::query_as::<_, ReadingRow>(include_str!("readings.sql")).bind(market).bind(first).bind(end);
    let question = question.bind((first * length) as f64).bind((end * length) as f64).bind(sites.as_deref());
    let readings = question.fetch_all(&mut *connection).await?;
    let question = sqlx::query_as::<_, FillRow>(include_str!("fills.sql")).bind(market).bind(first).bind(end);
    let question = question.bind((first * length) as f64).bind((end * length) as f64).bind(sites.as_deref());
    let fills = question.fetch_all(&mut *connection).await?;
    let payments = match sites {
        Some(_) => Vec::new(),
        None => {
            let question =
                sqlx::query_as::<_, PaymentRow>(include_str!("payments.sql")).bind(market).bind(first).bind(end);
            question.fetch_all(&mut *connection).await?
        }
    };
    let mut page = Page {
        market: scope.market,
        readings: readings.into_iter().map(reading).collect::<Result<_, _>>()?,
        fills: fills.into_iter().map(fill).collect::<Result<_, _>>()?,
        payments: payments.into_iter().map(payment).collect::<Result<_, _>>()?,
        block_hashes: BTreeMap::new(),
    };
    let of_readings = page.readings.iter().map(|reading| reading.block_number);
    let of_fills = page.fills.iter().map(|fill| fill.block_number);
    let of_payments = page.payments.iter().map(|payment| payment.block_number);
    let blocks = of_readings.chain(of_fills).chain(of_payments).map(i64::from).collect();
    page.block_hashes = block_hashes(&mut connection, blocks).await?;
    Ok(page)
}

async fn block_hashes(
    connection: &mut PgConnection,
    blocks: BTreeSet<i64>,
) -> Result<BTreeMap<u32, [u8; 32]>, BooksError> {
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let question = sqlx::query_as::<_, (i64, Vec<u8>)>("SELECT number, hash FROM seen_blocks WHERE number = ANY($1)");
    let rows = question.bind(blocks).fetch_all(connection).await?;
    rows.into_iter()
        .map(|(block, hash)| Ok((narrow("blocks.number", block)?, bytes32("blocks.hash", &hash)?)))
        .collect()
}

fn reading(row: ReadingRow) -> Result<GridReading, BooksError> {
    let (slot, slot_count, site, device, import_wh, export_wh, verdict, over_export, block_number, finalized, zone) =
        row;
    Ok(GridReading {
        slot: Slot(narrow("readings.first_slot", slot)?),
        slot_count: narrow("readings.slot_count", slot_count)?,
        site: SiteId(narrow("readings.site", site)?),
        zone: zone.map(|zone| narrow("sites.zone", zone).map(ZoneId)).transpose()?,
        device: DeviceId(bytes32("readings.device", &device)?),
        import_wh: narrow("readings.import_wh", import_wh)?,
        export_wh: narrow("readings.export_wh", export_wh)?,
        verdict: ReadingVerdict(narrow("readings.verdict", verdict.into())?),
        over_export,
        block_number: narrow("readings.block_number", block_number)?,
        finalized,
    })
}

fn fill(row: FillRow) -> Result<Fill, BooksError> {
    let (slot, step, quantity_wh, price_ueur_per_kwh, amount_ueur, block_number, finalized, zone) = row;
    Ok(Fill {
        slot: Slot(narrow("fills.slot", slot)?),
        step: OrderStepId(number("fills.step_id", &step)?),
        zone: ZoneId(narrow("fills.zone", zone)?),
        quantity_wh: narrow("fills.quantity_wh", quantity_wh)?,
        price_ueur_per_kwh,
        amount_ueur: narrow("fills.amount_ueur", amount_ueur)?,
        block_number: narrow("fills.block_number", block_number)?,
        finalized,
    })
}

fn payment((slot, kind, zone, amount_ueur, block_number, finalized): PaymentRow) -> Result<Payment, BooksError> {
    Ok(Payment {
        slot: Slot(narrow("a payment's slot", slot)?),
        kind: match kind {
            0 => PaymentKind::NetworkFee(ZoneId(narrow("network_fees.zone", zone)?)),
            1 => PaymentKind::CongestionRent,
            2 => PaymentKind::ProtocolFee,
            _ => PaymentKind::Dust,
        },
        amount_ueur: narrow("a payment's amount_ueur", amount_ueur)?,
        block_number: narrow("a payment's block_number", block_number)?,
        finalized,
    })
}
