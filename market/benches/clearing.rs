//! How long clearing takes, as a ratio to sorting the same orders by limit and id. Prints a table; with `--json`,
//! one JSON line a row.

use deren_market::{Edge, Network, Step, Zone, clear, settle, verify};
use deren_primitives::{OrderStepId, Side, ZoneId};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Each figure is the median of runs of at least so long in all.
const LEAST_TIME: Duration = Duration::from_millis(400);

/// A small generator of numbers that look random, the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn from(&mut self, least: u32, most: u32) -> u32 {
        least + (self.next() % u64::from(most - least + 1)) as u32
    }
}

/// One zone, or a substation, 9 feeders and 10 zones at each.
fn network(zones: u32, orders: u32, numbers: &mut Numbers) -> Network {
    let zone = |id: u32| {
        let edge = id.checked_sub(1).map(|below| Edge {
            parent: ZoneId(if id < 10 { 0 } else { below % 9 + 1 }),
            fee_ueur_per_kwh: numbers.from(5_000, 20_000),
            capacity_up_wh: Some(u64::from(orders) * 4),
            capacity_down_wh: Some(u64::from(orders) * 4),
        });
        Zone { id: ZoneId(id), edge }
    };
    Network::new((0..zones).map(zone).collect()).expect("a tree")
}

/// Half buyers, half sellers, 5 to 40 ct/kWh, in no order.
fn orders(count: u32, zones: u32, numbers: &mut Numbers) -> Vec<Step> {
    let mut steps: Vec<_> = (0..count)
        .map(|_| Step {
            id: OrderStepId(numbers.next()),
            zone: ZoneId(numbers.from(0, zones - 1)),
            side: if numbers.next() & 1 == 0 { Side::Buy } else { Side::Sell },
            limit_ueur_per_kwh: numbers.from(50_000, 400_000),
            quantity_wh: numbers.from(1, 2_000),
        })
        .collect();
    steps.dedup_by_key(|step| step.id);
    steps
}

/// The median time of `work`, in milliseconds.
fn median_ms(mut work: impl FnMut() -> Duration) -> f64 {
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < LEAST_TIME || times.len() < 5 {
        times.push(work());
    }
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work());
    let time = start.elapsed();
    drop(result);
    time
}

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    if !json {
        println!(
            "{:>8} {:>6} {:>9} {:>9} {:>7} {:>10} {:>10}",
            "orders", "zones", "sort ms", "clear ms", "ratio", "verify ms", "settle ms"
        );
    }
    for zones in [1, 100] {
        for count in [1_000, 10_000, 100_000] {
            let mut numbers = Numbers(u64::from(count) + u64::from(zones));
            let network = network(zones, count, &mut numbers);
            let steps = orders(count, zones, &mut numbers);
            let outcome = clear(&network, &steps).expect("clears");
            verify(&network, &steps, &outcome).expect("the right outcome");

            let sort = median_ms(|| {
                let mut steps = steps.clone();
                timed(|| {
                    steps.sort_unstable_by_key(|step| (step.limit_ueur_per_kwh, step.id));
                    steps
                })
            });
            let clear = median_ms(|| timed(|| clear(&network, &steps)));
            let verify = median_ms(|| timed(|| verify(&network, &steps, &outcome)));
            let settle = median_ms(|| timed(|| settle(&network, &steps, &outcome, 0)));
            let ratio = clear / sort;
            if json {
                println!(
                    r#"{{"orders":{count},"zones":{zones},"sort_ms":{sort:.4},"clear_ms":{clear:.4},"clear_to_sort":{ratio:.2},"verify_ms":{verify:.4},"settle_ms":{settle:.4}}}"#
                );
            } else {
                println!("{count:>8} {zones:>6} {sort:>9.3} {clear:>9.3} {ratio:>7.2} {verify:>10.3} {settle:>10.3}");
            }
        }
    }
}
