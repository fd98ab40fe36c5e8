//! Login: an account proves that it has its key by signing a text that this server has just made.
//!
//! A challenge is used up by the first attempt, right or wrong. Nothing here ever sees a secret key.

pub mod challenge;
pub mod create;
pub mod delete;
pub mod limits;
pub mod session;
pub mod show;
pub mod signature;

use super::{address::Address, state::Api};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(challenge::challenge)).routes(routes!(
        create::create,
        show::show,
        delete::delete
    ))
}

/// Who is logged in, and for how long.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoginView {
    /// The account.
    pub address: Address,
    /// When the session ends, in seconds since 1970.
    pub expires_unix_s: i64,
}
