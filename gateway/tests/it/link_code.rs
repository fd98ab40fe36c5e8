//! What a link code says of a device while it is away: what it showed before, and never a guess.

use crate::support::gateway::Gateway;
use deren_gateway::{
    clock::unix_ms,
    health::DeviceHealth,
    setup::code::{self, Request},
};
use deren_meters::{Counter, Sample};
use std::path::Path;

const STEP_MWH: u64 = 10_000;

/// A gateway with one device that has a rated power, and no node.
fn start(folder: &Path) -> Gateway {
    Gateway::start(folder, 1, &["ws://127.0.0.1:9".to_owned()])
}

/// The step of the registers in a code that is made now, or why there is none.
fn step_in_code(gateway: &Gateway) -> Result<u32, String> {
    let mut devices: Vec<DeviceHealth> = gateway.health.borrow().clone();
    devices[0].settings.rated_power_w = Some(11_000);
    let request =
        Request { genesis: [1; 32], owner: [2; 32], site: 7, now_unix_s: 1, home_name: "Mühle", devices: &devices };
    Ok(code::make(&request, &gateway.signer.read().unwrap())?.devices[0].register_step_mwh)
}

#[tokio::test]
async fn after_a_restart_it_has_the_step_that_the_device_showed_before() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start(folder.path());
    let mut health = gateway.health.clone();
    gateway.identify(0).await;
    health.wait_for(|health| health[0].device.is_some()).await.unwrap();
    assert!(step_in_code(&gateway).unwrap_err().contains("has not been read yet"));
    let import_counter = Counter { step_mwh: Some(STEP_MWH), ..Counter::default() };
    let sample = Sample { at_unix_ms: unix_ms(), import_mwh: Some(1), import_counter, ..Sample::default() };
    gateway.show(0, sample).await;
    health.wait_for(|health| health[0].register_step_mwh.is_some()).await.unwrap();
    assert_eq!(step_in_code(&gateway), Ok(10_000));
    drop(health);
    gateway.stop().await;

    let again = start(folder.path());
    assert_eq!(step_in_code(&again), Ok(10_000), "the device is away");
    again.stop().await;
}
