//! A SunSpec chain as registers: marker, then for each device a model 1 and its own model, then the end.
//! Decides nothing about faults on the wire; what a device shows is given to it.

mod layout;
mod models;

use crate::{
    config::{ChainEnd, SunSpecConfig, SunSpecModel},
    device::Shown,
    model::Plate,
};
use deren_primitives::DeviceRole;
use layout::{ModelImage, Points};

/// "SunS".
const MARKER: [u16; 2] = [0x5375, 0x6e53];

/// What one device of the chain shows.
#[derive(Clone, Copy, Debug)]
pub struct ChainDevice<'a> {
    /// What it measures.
    pub role: DeviceRole,
    /// Its name plate.
    pub plate: &'a Plate,
    /// Its registers.
    pub shown: Shown,
    /// True if its model says that it is one register longer than it is.
    pub wrong_length: bool,
}

/// Registers that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Address of the first.
    pub address: u16,
    /// Their contents.
    pub words: Vec<u16>,
    /// The device that they belong to, by its number in the chain.
    pub device: Option<usize>,
}

/// Who a device of a chain says it is in its model 1: manufacturer and model.
pub fn identity(role: DeviceRole) -> (&'static str, &'static str) {
    let model = match role {
        DeviceRole::Grid => "Simulated grid meter",
        DeviceRole::Production => "Simulated inverter",
        DeviceRole::Storage => "Simulated battery",
    };
    ("DeREN", model)
}

/// The chain `config` whose devices show `devices`, in the same order.
pub fn chain(config: &SunSpecConfig, devices: &[ChainDevice<'_>]) -> Vec<Part> {
    let mut parts = vec![Part { address: config.base, words: MARKER.to_vec(), device: None }];
    // The configuration bounds base and number of devices, so that a chain always ends below 65 536.
    let mut address = config.base.saturating_add(2);
    for (number, (device, configured)) in devices.iter().zip(&config.devices).enumerate() {
        let mut words = common(device);
        words.extend(model(configured.model, configured.energy_scale, device));
        let next = address.saturating_add(u16::try_from(words.len()).unwrap_or(u16::MAX));
        parts.push(Part { address, words, device: Some(number) });
        address = next;
    }
    let end = match config.end {
        ChainEnd::Marker => vec![0xffff, 0],
        ChainEnd::Zero => vec![0, 0],
        ChainEnd::Missing => return parts,
    };
    parts.push(Part { address, words: end, device: None });
    parts
}

/// Model 1: who the device is.
fn common(device: &ChainDevice<'_>) -> Vec<u16> {
    let mut image = ModelImage::new(1, layout::COMMON);
    let (manufacturer, model) = identity(device.role);
    image.text(2, 16, manufacturer);
    image.text(18, 16, model);
    image.text(42, 8, env!("CARGO_PKG_VERSION"));
    image.text(50, 16, &device.plate.serial.to_string());
    image.into_words()
}

/// The device's own model.
fn model(model: SunSpecModel, energy_scale: i8, device: &ChainDevice<'_>) -> Vec<u16> {
    let points = device.shown.registers.map(|registers| Points::new(registers, energy_scale));
    let mut words = models::image(model, points.as_ref(), energy_scale).into_words();
    if let (true, Some(length)) = (device.wrong_length, words.get_mut(1)) {
        *length += 1;
    }
    words
}

#[cfg(test)]
mod tests;
