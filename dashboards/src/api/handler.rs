//! What most handlers use, under one roof.

pub(super) use super::{access, time_zone};
pub use super::{
    address::Address,
    extract::{Json, Path, Query},
    login::session::Caller,
    name::{Name, NameBody},
    problem::{Problem, Result},
    range::{LimitedRangeQuery, RangeQuery, TimeRange},
    state::Api,
};
pub use axum::extract::State;
