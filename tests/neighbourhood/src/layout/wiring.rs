//! How a home's devices are wired, as the simulator is told it.

use deren_primitives::DeviceRole;
use deren_simulator::{
    config::{HomeConfig, MeterConfig, ModbusConfig, MqttConfig, SunSpecConfig, SunSpecDevice, SunSpecModel},
    faults::Fault,
};
use std::net::{Ipv4Addr, SocketAddr};

/// A device as it is wired.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wire {
    /// A SunSpec model over Modbus TCP; all of a home's are in one chain.
    SunSpec(SunSpecModel),
    /// A Modbus TCP meter by template.
    Modbus(&'static str),
    /// A meter that publishes over MQTT, by template.
    Mqtt(&'static str),
}

/// The unit on which a home's SunSpec chain is; template meters have those after it.
const SUNSPEC_UNIT: u8 = 1;

/// Adds a device to what the home shows. `modbus_port` is the home's.
pub(super) fn wire_up(home: &mut HomeConfig, role: DeviceRole, wire: Wire, modbus_port: u16, broker_port: u16) {
    match wire {
        Wire::SunSpec(model) => {
            let server = modbus_server(home, modbus_port);
            let device = SunSpecDevice::new(role, model);
            match server.sunspec.first_mut() {
                Some(chain) => chain.devices.push(device),
                None => {
                    server.sunspec.push(SunSpecConfig { unit: SUNSPEC_UNIT, ..SunSpecConfig::new(vec![device]) });
                }
            }
        }
        Wire::Modbus(template) => {
            let server = modbus_server(home, modbus_port);
            let unit = SUNSPEC_UNIT + 1 + u8::try_from(server.meters.len()).unwrap_or(u8::MAX - 2);
            server.meters.push(MeterConfig { unit, ..MeterConfig::new(role, template) });
        }
        Wire::Mqtt(template) => {
            let topic = format!("{}-{}", home.name.to_lowercase().replace(' ', "-"), home.mqtt.len());
            home.mqtt.push(MqttConfig::new(role, template, format!("mqtt://127.0.0.1:{broker_port}"), &topic));
        }
    }
}

/// The home's only Modbus server, made at first need.
fn modbus_server(home: &mut HomeConfig, port: u16) -> &mut ModbusConfig {
    if home.modbus.is_empty() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        home.modbus.push(ModbusConfig { listen, ..ModbusConfig::default() });
    }
    &mut home.modbus[0]
}

/// Makes the home's grid meter fail, whatever wire it is on.
pub(crate) fn break_grid_meter(home: &mut HomeConfig, fault: &Fault) {
    let sunspec = home.modbus.iter_mut().flat_map(|server| &mut server.sunspec).flat_map(|chain| &mut chain.devices);
    for device in sunspec.filter(|device| device.role == DeviceRole::Grid) {
        device.faults.push(fault.clone());
    }
    let meters = home.modbus.iter_mut().flat_map(|server| &mut server.meters);
    for meter in meters.filter(|meter| meter.role == DeviceRole::Grid) {
        meter.faults.push(fault.clone());
    }
    for meter in home.mqtt.iter_mut().filter(|meter| meter.role == DeviceRole::Grid) {
        meter.faults.push(fault.clone());
    }
}
