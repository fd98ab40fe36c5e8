//! The points of each model that a simulated device fills in.

use super::layout::{
    DER_AC, GRID_CHZ, INVERTER, INVERTER_FLOAT, Layout, METER, METER_FLOAT, ModelImage, PHASE_DV, Points,
};
use crate::config::{Phases, SunSpecModel};

/// Inverter state "MPPT", of models 101 to 113.
const STATE_MPPT: i32 = 4;
/// Inverter state "running", of model 701.
const STATE_RUNNING: i32 = 3;

/// A model that shows `points`; without them, "not implemented" where it shows numbers.
pub fn image(model: SunSpecModel, points: Option<&Points>, energy_scale: i8) -> ModelImage {
    let mut image = ModelImage::new(model.into(), layout(model));
    match model {
        SunSpecModel::Inverter(phases) => inverter(&mut image, phases, points, energy_scale),
        SunSpecModel::InverterFloat(phases) => inverter_float(&mut image, phases, points),
        SunSpecModel::Meter(phases) => meter(&mut image, phases, points, energy_scale),
        SunSpecModel::MeterFloat(phases) => meter_float(&mut image, phases, points),
        SunSpecModel::DerAc => der_ac(&mut image, points, energy_scale),
    }
    image
}

const fn layout(model: SunSpecModel) -> Layout {
    match model {
        SunSpecModel::Inverter(_) => INVERTER,
        SunSpecModel::InverterFloat(_) => INVERTER_FLOAT,
        SunSpecModel::Meter(_) => METER,
        SunSpecModel::MeterFloat(_) => METER_FLOAT,
        SunSpecModel::DerAc => DER_AC,
    }
}

fn wires(phases: Phases) -> usize {
    phases.number().into()
}

/// A power as int16 and its scale factor: in tens of watts where watts do not fit.
fn scaled_power(power_w: i32) -> (i32, i32) {
    (0..4)
        .map(|scale| (power_w / 10i32.pow(scale), scale as i32))
        .find(|(value, _)| i16::try_from(*value).is_ok_and(|value| value != i16::MIN))
        .unwrap_or((i32::from(i16::MAX), 3))
}

fn put_power(image: &mut ModelImage, offset: usize, scale_offset: usize, power_w: i32) {
    let (value, scale) = scaled_power(power_w);
    image.number(offset, value);
    image.number(scale_offset, scale);
}

fn inverter(image: &mut ModelImage, phases: Phases, points: Option<&Points>, energy_scale: i8) {
    image.number(6, -2);
    image.number(13, -1);
    image.number(15, 0);
    image.number(17, -2);
    image.number(26, energy_scale.into());
    image.number(33, 350);
    image.number(37, -1);
    image.number(38, STATE_MPPT);
    image.put(40, &[0; 4]);
    let Some(points) = points else { return };
    put_power(image, 14, 15, points.power_w.saturating_neg());
    image.number(2, points.current_ca);
    image.number(16, GRID_CHZ);
    image.counter(24, points.export);
    let wires = wires(phases);
    for wire in 0..wires {
        image.number(3 + wire, points.current_ca / wires as i32);
        image.number(10 + wire, PHASE_DV);
    }
}

fn inverter_float(image: &mut ModelImage, phases: Phases, points: Option<&Points>) {
    image.float(40, 35.0);
    image.number(48, STATE_MPPT);
    image.put(50, &[0; 4]);
    let Some(points) = points else { return };
    image.float(22, f64::from(points.power_w.saturating_neg()));
    image.float(2, f64::from(points.current_ca) / 100.0);
    image.float(24, f64::from(GRID_CHZ) / 100.0);
    image.float(32, points.export_wh);
    let wires = wires(phases);
    for wire in 0..wires {
        image.float(4 + 2 * wire, f64::from(points.current_ca) / 100.0 / wires as f64);
        image.float(16 + 2 * wire, f64::from(PHASE_DV) / 10.0);
    }
}

fn meter(image: &mut ModelImage, phases: Phases, points: Option<&Points>, energy_scale: i8) {
    image.number(6, -2);
    image.number(15, -1);
    image.number(17, -2);
    image.number(22, 0);
    image.number(54, energy_scale.into());
    image.put(105, &[0; 2]);
    let Some(points) = points else { return };
    put_power(image, 18, 22, points.power_w);
    image.number(2, points.current_ca);
    image.number(7, PHASE_DV);
    image.number(16, GRID_CHZ);
    image.counter(38, points.export);
    image.counter(46, points.import);
    let wires = wires(phases);
    for wire in 0..wires {
        image.number(3 + wire, points.current_ca / wires as i32);
        image.number(8 + wire, PHASE_DV);
    }
}

fn meter_float(image: &mut ModelImage, phases: Phases, points: Option<&Points>) {
    image.put(124, &[0; 2]);
    let Some(points) = points else { return };
    image.float(28, f64::from(points.power_w));
    image.float(2, f64::from(points.current_ca) / 100.0);
    image.float(10, f64::from(PHASE_DV) / 10.0);
    image.float(26, f64::from(GRID_CHZ) / 100.0);
    image.float(60, points.export_wh);
    image.float(68, points.import_wh);
    let wires = wires(phases);
    for wire in 0..wires {
        image.float(4 + 2 * wire, f64::from(points.current_ca) / 100.0 / wires as f64);
        image.float(12 + 2 * wire, f64::from(PHASE_DV) / 10.0);
    }
}

fn der_ac(image: &mut ModelImage, points: Option<&Points>, energy_scale: i8) {
    // Three phases; on; running; connected.
    image.number(2, 2);
    image.number(3, 1);
    image.number(4, STATE_RUNNING);
    image.number(5, 1);
    image.put(6, &[0; 2]);
    image.number(113, -2);
    image.number(114, -1);
    image.number(115, -2);
    image.number(116, 0);
    image.number(120, energy_scale.into());
    let Some(points) = points else { return };
    put_power(image, 10, 116, points.power_w.saturating_neg());
    image.number(14, points.current_ca);
    image.number(16, PHASE_DV);
    image.counter(17, GRID_CHZ.unsigned_abs().into());
    image.counter64(19, points.export);
    image.counter64(23, points.import);
}
