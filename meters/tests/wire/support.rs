//! What the tests run against.

pub mod broker;
pub mod image;
pub mod peer;
pub mod pusher;
pub mod rogue;
pub mod served;

use deren_meters::{
    DeviceUri, Driver, Library, MeterError, Record,
    discover::{Event, discover},
    template::registers::ModbusTemplate,
};
use std::sync::Mutex;

/// A driver for the device that a URI names.
pub async fn driver(uri: &str) -> Box<dyn Driver> {
    let uri: DeviceUri = uri.parse().expect(uri);
    deren_meters::open(&uri).await.expect("a driver")
}

/// Reads the device that a URI names.
pub async fn read(uri: &str) -> Result<Record, MeterError> {
    deren_meters::read(&uri.parse().expect(uri)).await
}

/// The next error: what came before it went wrong is still a sample.
pub async fn next_error(meter: &mut dyn Driver) -> MeterError {
    loop {
        if let Err(error) = meter.sample().await {
            return error;
        }
    }
}

/// A search at `target`: what it finds, and all that it tells.
pub async fn search(target: &str) -> (Vec<Record>, Vec<Event>) {
    let events = Mutex::new(Vec::new());
    let tell = |event| events.lock().expect("not poisoned").push(event);
    let target = target.parse().expect("a target");
    let records = discover(&target, Library::builtin().expect("templates"), &tell).await.expect("a search");
    (records, events.into_inner().expect("not poisoned"))
}

/// The URIs of what was found.
pub fn uris(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| record.uri.to_string()).collect()
}

/// The built-in template of that name.
pub fn modbus_template(name: &str) -> &'static ModbusTemplate {
    Library::builtin().expect("templates").modbus(name).expect("it is there")
}
