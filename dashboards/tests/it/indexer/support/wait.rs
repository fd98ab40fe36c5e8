//! Waiting for conditions, never for times.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// On a machine that also compiles, everything that tests wait for happens within this time.
const DEADLINE: Duration = Duration::from_secs(180);

/// Asks until the answer is `Ok`; panics with the last error if it never is.
pub async fn until<T, E: Debug>(what: &str, mut ask: impl AsyncFnMut() -> Result<T, E>) -> T {
    let start = Instant::now();
    loop {
        match ask().await {
            Ok(value) => return value,
            Err(error) if start.elapsed() > DEADLINE => panic!("{what} did not come true: {error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
