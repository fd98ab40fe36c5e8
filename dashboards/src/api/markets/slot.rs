//! `GET markets/{id}/slots/{slot}`: one slot with all that shaped it.

use super::{
    slots::{SlotSums, ZoneSlotView, load},
    terms::{EdgeView, terms},
};
use crate::api::handler::{Api, Caller, Path, Problem, Result, State, access};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

/// One slot with the terms under which it was cleared.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlotDetailView {
    /// How far it has come, and its sums.
    #[serde(flatten)]
    pub sums: SlotSums,
    /// All zones with that slot's terms.
    pub zones: Vec<ZoneDetailView>,
    /// What proves the clearing.
    #[serde(flatten)]
    pub proof: ProofView,
}

/// A zone in one slot, with that slot's terms.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ZoneDetailView {
    /// What was cleared and measured.
    #[serde(flatten)]
    pub zone: ZoneSlotView,
    /// The line to the parent as it was in that slot.
    #[serde(flatten)]
    pub edge: EdgeView,
}

/// Where a clearing is on the chain, and what it was made of.
#[derive(Clone, Debug, Default, Serialize, FromRow, ToSchema)]
pub struct ProofView {
    /// The block in which it was cleared.
    pub cleared_block_hash: Option<String>,
    /// blake2_256 of the input's SCALE bytes.
    pub input_hash: Option<String>,
    /// blake2_256 of the outcome's SCALE bytes.
    pub outcome_hash: Option<String>,
}

/// One slot with all that shaped it.
#[utoipa::path(get, path = "/markets/{id}/slots/{slot}", tag = "markets", security((), ("session" = [])),
    params(("id" = u32, Path, description = "The market"), ("slot" = u32, Path, description = "The slot")), responses(
    (status = 200, body = SlotDetailView)))]
pub async fn slot(
    State(api): State<Api>,
    caller: Option<Caller>,
    Path((market, slot)): Path<(u32, u32)>,
) -> Result<axum::Json<SlotDetailView>> {
    let view = super::find(&api, market).await?;
    let in_full = access::operates(&api, caller, market).await?;
    let slots = load(&api, &view, in_full, slot..slot.saturating_add(1), 1).await?;
    let found = slots.into_iter().next().ok_or_else(|| {
        Problem::not_found(format!("Nothing is known of slot {slot} in market {market}: no reading, no clearing."))
    })?;
    let terms = terms(&api, view.id, slot.into(), slot.into()).await?;
    let proof: Option<ProofView> = sqlx::query_as(include_str!("slot_proof.sql"))
        .bind(view.id)
        .bind(i64::from(slot))
        .fetch_optional(api.db())
        .await?;
    let with_terms = |zone: ZoneSlotView| {
        let edge = terms.iter().find(|row| row.zone == zone.zone).map(|row| row.edge.clone()).unwrap_or_default();
        ZoneDetailView { zone, edge }
    };
    Ok(axum::Json(SlotDetailView {
        sums: found.sums,
        zones: found.zones.into_iter().map(with_terms).collect(),
        proof: proof.unwrap_or_default(),
    }))
}
