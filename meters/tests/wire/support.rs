//! What the tests run against.

pub mod broker;
pub mod image;
pub mod peer;
pub mod pusher;
pub mod rogue;
pub mod served;

use deren_meters::{DeviceUri, Driver};

/// A driver for the device that a URI names.
pub async fn driver(uri: &str) -> Box<dyn Driver> {
    let uri: DeviceUri = uri.parse().expect(uri);
    deren_meters::open(&uri).await.expect("a driver")
}
