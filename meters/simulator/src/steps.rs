//! The smallest difference that a device's energy registers can show, mWh: what a registration calls its register step.

use crate::config::{SunSpecModel, TelegramKind};
use deren_meters::{
    Counter,
    template::{
        payload::{Format, MqttTemplate, Quantity},
        registers::{
            ModbusTemplate, Sum,
            decode::{Field, Layout},
        },
    },
};

/// A float32 of up to 16 777 216 Wh (24 bits) or 16 384 kWh resolves a Wh; no simulated meter shows more.
const FLOAT_STEP_MWH: u32 = 1_000;

/// Of a SunSpec device.
pub fn sunspec_mwh(model: SunSpecModel, energy_scale: i8) -> u32 {
    match model {
        SunSpecModel::InverterFloat(_) | SunSpecModel::MeterFloat(_) => FLOAT_STEP_MWH,
        _ => ten_to(i32::from(energy_scale) + 3),
    }
}

/// Where the counters of a SunSpec device begin at 0 again, mWh; nothing for floats and 64 bits.
pub fn sunspec_modulus_mwh(model: SunSpecModel, energy_scale: i8) -> Option<u64> {
    match model {
        SunSpecModel::Inverter(_) | SunSpecModel::Meter(_) => {
            Counter::whole(Some(1 << 32), i32::from(energy_scale) + 3).modulus_mwh
        }
        _ => None,
    }
}

/// Of a Modbus template: the coarser of its two energies.
pub fn modbus_mwh(template: &ModbusTemplate) -> u32 {
    let step = |field: &Field| match field.layout {
        Layout::F32 => FLOAT_STEP_MWH,
        Layout::F64 => 1,
        _ => u32::try_from(field.step_milli()).unwrap_or(u32::MAX),
    };
    let finest = |sum: &Sum| sum.parts().iter().map(step).min().unwrap_or(1);
    [&template.import, &template.export].into_iter().flatten().map(finest).max().unwrap_or(1)
}

/// Of an MQTT template: utility meters show whole Wh, and so do numbers written as text; JSON numbers show all.
pub fn mqtt_mwh(template: &MqttTemplate) -> u32 {
    let step = |quantity: &Quantity| if template.format == Format::P1 || quantity.text_numbers { 1_000 } else { 1 };
    [&template.import, &template.export].into_iter().flatten().map(step).max().unwrap_or(1)
}

/// Of a telegram: P1 shows whole Wh, our SML tenths.
pub const fn telegram_mwh(telegrams: TelegramKind) -> u32 {
    match telegrams {
        TelegramKind::P1 => 1_000,
        TelegramKind::Sml => 100,
    }
}

/// Of a Speedwire meter, which counts watt-seconds.
pub const SPEEDWIRE_MWH: u32 = 1;

fn ten_to(exponent: i32) -> u32 {
    10u32.saturating_pow(exponent.max(0).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_meters::Library;

    #[test]
    fn steps_follow_the_registers() {
        let library = Library::builtin().unwrap();
        assert_eq!(sunspec_mwh(203.try_into().unwrap(), 0), 1_000);
        assert_eq!(sunspec_mwh(701.try_into().unwrap(), -3), 1);
        assert_eq!(sunspec_mwh(113.try_into().unwrap(), -3), 1_000);
        assert_eq!(modbus_mwh(library.modbus("eastron-sdm630").unwrap()), 1_000);
        assert_eq!(modbus_mwh(library.modbus("carlo-gavazzi-em24").unwrap()), 100_000);
        assert_eq!(modbus_mwh(library.modbus("abb-b23").unwrap()), 10_000);
        assert_eq!(mqtt_mwh(library.mqtt("shelly-em").unwrap()), 1);
        assert_eq!(mqtt_mwh(library.mqtt("p1").unwrap()), 1_000);
    }
}
