//! Requests, timed from the first byte sent to the last byte read.

use crate::{month::Month, server::Client};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use std::{
    fmt,
    time::{Duration, Instant},
};

/// Requests before the first that is timed.
const WARM_UP: usize = 20;

/// What is asked of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A day by slots: 96 points.
    Day,
    /// The month by days.
    Month,
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
        }
    }

    fn path(self, month: &Month, rng: &mut StdRng) -> String {
        let site = rng.random_range(0..month.sites);
        let (from, to, resolution) = match self {
            Self::Day => {
                let from = month.day_unix_s(rng.random_range(0..month.days));
                (from, from + 86_400, "slot")
            }
            Self::Month => (month.day_unix_s(0), month.day_unix_s(month.days - 1) + 86_400, "day"),
        };
        format!("/sites/{site}/readings?from={from}&to={to}&resolution={resolution}")
    }

    fn points(self, month: &Month) -> usize {
        match self {
            Self::Day => 96,
            Self::Month => month.days as usize,
        }
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
            let paths = (0..WARM_UP + requests / clients).map(|_| kind.path(month, &mut rng)).collect();
            tokio::spawn(ask(client.clone(), paths, kind.points(month)))
        })
        .collect();
    let mut times = Vec::new();
    for each in asked {
        times.extend(each.await.expect("answers"));
    }
    times.sort_unstable();
    let quantile = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Quantiles { p50: quantile(50), p99: quantile(99) }
}

/// One request after another; each must give so many points.
async fn ask(client: Client, paths: Vec<String>, points: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(paths.len());
    for path in &paths {
        let began = Instant::now();
        let body = client.get(path).await;
        times.push(began.elapsed());
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(answer["points"].as_array().map(Vec::len), Some(points), "{path}");
    }
    times.split_off(WARM_UP)
}
