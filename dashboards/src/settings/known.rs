//! Every key that the settings may have: what it means, its limits, and what holds without it. It must never say how a
//! value is read. `docs/reference/configuration.md` is made from this file.

use deren_config::Key;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where pages and API are served; port 0 takes a free one.
pub(crate) const LISTEN: Key<SocketAddr> =
    Key::text("listen").or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080));
/// The database: PostgreSQL 15 or newer, a database of its own, and the role that owns it.
pub(crate) const DATABASE_URL: Key = Key::text("database_url").needed("\"postgres://user@host:5432/deren\"");
/// The node that the indexer follows.
pub(crate) const NODE_URL: Key = Key::text("node_url").needed("\"ws://127.0.0.1:9944\"");
/// The node to which pages send transactions, as browsers reach it. Without it, `node_url`.
pub(crate) const PUBLIC_NODE_URL: Key = Key::text("public_node_url");
/// The markets that are followed: numbers and ranges, as `3,7,20-40`. Without it, all. A database holds what it was
/// begun with; `rebuild` changes it.
pub(crate) const MARKETS: Key = Key::text("markets");
/// What a kWh costs from a supplier, for accounts that did not say what they pay.
pub(crate) const RETAIL_UEUR_PER_KWH: Key<u32> = Key::number("retail_ueur_per_kwh", 0..=u32::MAX as i64).or(320_000);

/// In `[development.market_clock]`: how a demonstration's time follows the real one.
pub(crate) mod market_clock {
    use super::*;

    /// A moment of real time, since 1970.
    pub(crate) const REAL_UNIX_MS: Key = Key::number("real_unix_ms", 0..=i64::MAX).needed("1750000000000");
    /// The market's time at that moment, since 1970.
    pub(crate) const MARKET_UNIX_S: Key = Key::number("market_unix_s", 0..=i64::MAX).needed("1750000000");
    /// How much faster it runs.
    pub(crate) const SPEED_PERMILLE: Key = Key::number("speed_permille", 1..=u32::MAX as i64).needed("75000");
}

/// In each `[[development.accounts]]`, of which there are at most 64: an account whose key everyone can derive.
pub(crate) mod accounts {
    use super::*;

    /// As whom a visitor chooses it: 1 to 60 characters.
    pub(crate) const NAME: Key = Key::text("name").needed("\"Visitor 1\"");
    /// Which page is its first: `owner`, `neighbour` or `operator`. The home of a `spare` one is given to a newcomer.
    pub(crate) const ROLE: Key = Key::text("role").needed("\"neighbour\"");
    /// The path from the well-known phrase.
    pub(crate) const DERIVATION: Key = Key::text("derivation").needed("\"//Alice\"");
}
