//! The drivers against real wires: Modbus TCP over sockets, Modbus RTU over a pseudo terminal, MQTT over a mosquitto
//! process, and SunSpec images of an independent implementation.

mod broken_modbus;
mod discovery;
mod modbus_meters;
mod mqtt;
mod mqtt_payloads;
mod peers;
mod rtu;
mod sunspec;
mod support;
