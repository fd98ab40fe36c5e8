//! The drivers against real wires. Modbus TCP is over sockets, Modbus RTU over a pseudo terminal, MQTT over a mosquitto
//! process, and telegrams over TCP and pseudo terminals. SunSpec images are of an independent implementation.

mod broken_modbus;
mod discovery;
mod field;
mod field_registers;
mod homewizard;
mod local_networks;
mod modbus_meters;
mod mqtt;
mod mqtt_devices;
mod mqtt_payloads;
mod mqtt_restart;
mod one_client;
mod peers;
mod quirks;
mod roll_call;
mod rtu;
mod rtu_tcp;
mod search;
mod streams;
mod sunspec;
mod sunspec_maps;
mod support;
mod telegram_peers;
