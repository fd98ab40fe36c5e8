//! `PUT accounts/{address}/retail-tariff`: what the account pays its supplier, to compare with.

use crate::api::handler::{Address, Api, Caller, Json, Path, Problem, Result, State, access};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Nobody pays ten euros for a kWh: more is a mistake of units.
const MAX_RETAIL_UEUR_PER_KWH: u32 = 10_000_000;

/// A supplier's price.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetailTariffBody {
    /// In µ€ for a kWh: 320 000 is 32 cents. At most 10 000 000.
    #[schema(maximum = 10_000_000)]
    pub retail_ueur_per_kwh: u32,
}

/// Sets what the account that is logged in pays its supplier. It must own a site.
#[utoipa::path(put, path = "/accounts/{address}/retail-tariff", tag = "accounts", security(("session" = [])),
    params(("address" = Address, Path, description = "The account")), request_body = RetailTariffBody, responses(
    (status = 200, body = RetailTariffBody)))]
pub async fn set_retail_tariff(
    State(api): State<Api>,
    caller: Caller,
    Path(address): Path<Address>,
    Json(body): Json<RetailTariffBody>,
) -> Result<axum::Json<RetailTariffBody>> {
    access::account(caller, address)?;
    if body.retail_ueur_per_kwh > MAX_RETAIL_UEUR_PER_KWH {
        return Err(Problem::bad_request(format!(
            "{} µ€ for a kWh is more than 10 €: 320000 is 32 cents.",
            body.retail_ueur_per_kwh
        )));
    }
    // Anyone can make keys and log in with them; only sites are scarce, and so rows are.
    let set = sqlx::query(
        "INSERT INTO local.retail_tariffs (account, retail_ueur_per_kwh)
         SELECT $1, $2 WHERE EXISTS (SELECT FROM chain.seen_sites WHERE owner = $1)
         ON CONFLICT (account) DO UPDATE SET retail_ueur_per_kwh = excluded.retail_ueur_per_kwh",
    )
    .bind(address.0)
    .bind(i64::from(body.retail_ueur_per_kwh))
    .execute(api.db())
    .await?;
    match set.rows_affected() {
        0 => Err(Problem::forbidden("Only an account that owns a site has a tariff to compare with.")),
        _ => Ok(axum::Json(body)),
    }
}
