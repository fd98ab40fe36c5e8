//! Requests, timed from the first byte sent to the last byte read.

use crate::{history::MARKET, month::Month, server::Client};
use bytes::Bytes;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use std::{
    fmt,
    time::{Duration, Instant},
};

/// Requests before the first that is timed.
const WARM_UP: usize = 20;
/// How many answers of each client are looked at.
const KEPT: usize = 2;

/// What is asked of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A day by slots: 96 points.
    Day,
    /// The month by days.
    Month,
    /// A day of the market by slots, with the terms under which they are cleared.
    Slots,
    /// The input of one slot's clearing.
    MarketFile,
    /// The gaps of a day of the market.
    Gaps,
    /// A day of the market as CSV.
    Export,
}

/// Medians and what only one in a hundred exceeds.
#[derive(Clone, Copy, Debug)]
pub struct Quantiles {
    p50: Duration,
    p99: Duration,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "a site's day by slots",
            Self::Month => "its month by days",
            Self::Slots => "a day of the market by slots",
            Self::MarketFile => "the market file of a slot",
            Self::Gaps => "the gaps of a day",
            Self::Export => "the export of a day",
        }
    }

    fn path(self, month: &Month, rng: &mut StdRng) -> String {
        let site = rng.random_range(0..month.sites);
        let from = month.day_unix_s(rng.random_range(0..month.days));
        let to = from + 86_400;
        let (first, after) = (month.day_unix_s(0), month.day_unix_s(month.days - 1) + 86_400);
        match self {
            Self::Day => format!("/sites/{site}/readings?from={from}&to={to}&resolution=slot"),
            Self::Month => format!("/sites/{site}/readings?from={first}&to={after}&resolution=day"),
            Self::Slots => format!("/markets/{MARKET}/slots?from={from}&to={to}"),
            Self::MarketFile => format!("/markets/{MARKET}/slots/{}/market-file", month.slot(from) + 48),
            Self::Gaps => format!("/markets/{MARKET}/gaps?from={from}&to={to}"),
            Self::Export => format!("/settlement/export?market={MARKET}&from={from}&to={to}&format=csv"),
        }
    }

    /// `Err` with what is wrong about an answer.
    fn check(self, month: &Month, body: &[u8]) -> Result<(), String> {
        let count = |list: &str| {
            let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
            answer[list].as_array().map(Vec::len).ok_or(format!("no {list}"))
        };
        let found = match self {
            Self::Day => (count("points")?, 96),
            Self::Month => (count("points")?, month.days as usize),
            Self::Slots => (count("slots")?, 96),
            Self::MarketFile => (count("orders")?.min(1), 1),
            Self::Gaps => (count("gaps")?, 0),
            // The header, and of each meter and slot a row or more.
            Self::Export => (
                body.split(|byte| *byte == b'\n').count().min(1 + 96 * month.sites as usize),
                1 + 96 * month.sites as usize,
            ),
        };
        if found.0 == found.1 { Ok(()) } else { Err(format!("{} instead of {}", found.0, found.1)) }
    }
}

impl fmt::Display for Quantiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        write!(f, "p50 {:.1} ms p99 {:.1} ms", ms(self.p50), ms(self.p99))
    }
}

/// Times so many requests, spread over the clients.
pub async fn run(client: &Client, month: &Month, kind: Kind, clients: usize, requests: usize) -> Quantiles {
    let asked: Vec<_> = (0..clients)
        .map(|number| {
            let mut rng = StdRng::seed_from_u64(number as u64);
            let paths = (0..WARM_UP.min(requests) + requests / clients).map(|_| kind.path(month, &mut rng)).collect();
            tokio::spawn(ask(client.clone(), paths))
        })
        .collect();
    let mut times = Vec::new();
    for each in asked {
        let (of_client, bodies) = each.await.expect("answers");
        times.extend(of_client);
        for body in bodies {
            kind.check(month, &body).unwrap_or_else(|error| panic!("{}: {error}", kind.name()));
        }
    }
    times.sort_unstable();
    let quantile = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Quantiles { p50: quantile(50), p99: quantile(99) }
}

/// One request after another: how long each took after the warm-up, and the last answers of it.
async fn ask(client: Client, paths: Vec<String>) -> (Vec<Duration>, Vec<Bytes>) {
    let (mut times, mut bodies) = (Vec::with_capacity(paths.len()), Vec::new());
    for path in &paths {
        let began = Instant::now();
        let body = client.get(path).await;
        times.push(began.elapsed());
        bodies.push(body);
        if bodies.len() > KEPT {
            bodies.remove(0);
        }
    }
    let warm_up = WARM_UP.min(times.len() / 2);
    (times.split_off(warm_up), bodies)
}
