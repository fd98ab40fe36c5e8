//! From one home's configuration to its devices, servers and publishers, and to how a gateway reaches them.

use super::{Bound, BuiltHome};
use crate::{
    SimulatorError,
    clock::Clock,
    config::{
        HomeConfig, HttpConfig, MeterConfig, ModbusConfig, MqttConfig, SimulatorConfig, SpeedwireConfig, StreamConfig,
        SunSpecConfig,
    },
    device::{Device, RunningHome},
    faults::{FaultKind, FaultScript},
    home::Home,
    http_server::HttpServer,
    modbus_server::ModbusServer,
    mqtt_publisher::MqttPublisher,
    noise::Noise,
    scripts,
    serving::{ServingDevice, ServingHome},
    speedwire_sender::SpeedwireSender,
    steps,
    stream_server::StreamServer,
    templates,
    unit::UnitKind,
};
use deren_meters::{
    DeviceUri,
    families::{http::HttpDevice, speedwire::SpeedwireDevice},
    modbus::ModbusDevice,
    mqtt::MqttDevice,
    stream::StreamDevice,
    sunspec::SunSpecDevice,
    template::registers::Sum,
    uri::{Timing, Wire},
};
use deren_primitives::DeviceRole;
use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::net::{TcpListener, UdpSocket};

/// Makes the devices of one home.
struct Builder<'a> {
    config: &'a HomeConfig,
    /// By the device's name within the home.
    scripts: BTreeMap<String, FaultScript>,
    running: RunningHome,
    noise: Noise,
    serving: Vec<ServingDevice>,
    devices: Vec<Device>,
}

pub(super) async fn home(
    neighbourhood: &SimulatorConfig,
    config: &HomeConfig,
    clock: Clock,
) -> Result<BuiltHome, SimulatorError> {
    let scripts: BTreeMap<String, FaultScript> =
        scripts::of_home(config).into_iter().map(|script| (script.device, script.script)).collect();
    let marks_s: Vec<u64> = scripts.values().flat_map(FaultScript::marks_s).collect();
    let running = RunningHome::new(Home::new(neighbourhood, config, marks_s.into_iter()), clock);
    let mut builder = Builder {
        config,
        scripts,
        running,
        noise: Noise::new(neighbourhood.seed, "devices").stream(&config.name),
        serving: Vec::new(),
        devices: Vec::new(),
    };
    let mut bound = Vec::new();
    for (number, server) in config.modbus.iter().enumerate() {
        bound.push(builder.server(number, server).await?);
    }
    let publishers = config
        .mqtt
        .iter()
        .enumerate()
        .map(|(number, device)| builder.publisher(number, device))
        .collect::<Result<_, _>>()?;
    for (number, meter) in config.streams.iter().enumerate() {
        bound.push(builder.stream(number, meter).await?);
    }
    for (number, meter) in config.speedwire.iter().enumerate() {
        bound.push(builder.sender(number, meter).await?);
    }
    for (number, device) in config.http.iter().enumerate() {
        bound.push(builder.over_http(number, device).await?);
    }
    let Builder { serving, devices, running, .. } = builder;
    let serving = ServingHome { name: config.name.clone(), devices: serving };
    Ok(BuiltHome { serving, devices, running, bound, publishers })
}

impl Builder<'_> {
    fn device(&mut self, name: &str, role: DeviceRole) -> Device {
        let rated_power_w = match role {
            DeviceRole::Grid => self.config.connection_w,
            DeviceRole::Production => self.config.pv.as_ref().map_or(0, |pv| pv.rated_w()),
            DeviceRole::Storage => self.config.battery.as_ref().map_or(0, |battery| battery.power_w),
        };
        let script = self.scripts.remove(name).unwrap_or_default();
        Device::new(self.running.clone(), role, rated_power_w, self.noise.stream(name), script)
    }

    fn serve(&mut self, uri: DeviceUri, device: &Device, register_step_mwh: u32) {
        let serial = device.plate().serial.to_string();
        self.serve_as(uri, device, serial, register_step_mwh);
    }

    fn serve_as(&mut self, uri: DeviceUri, device: &Device, serial: String, register_step_mwh: u32) {
        self.devices.push(device.clone());
        self.serving.push(ServingDevice {
            uri,
            role: device.role(),
            serial,
            rated_power_w: device.plate().rated_power_w,
            register_step_mwh,
        });
    }

    fn cannot_listen(&self, address: SocketAddr) -> impl FnOnce(io::Error) -> SimulatorError + use<> {
        let home = self.config.name.clone();
        move |source| SimulatorError::Listen { home, address, source }
    }

    /// A listener at that address, and the address with the port that it got.
    async fn listen(&self, address: SocketAddr) -> Result<(TcpListener, SocketAddr), SimulatorError> {
        let listener = TcpListener::bind(address).await.map_err(self.cannot_listen(address))?;
        let bound = listener.local_addr().map_err(self.cannot_listen(address))?;
        Ok((listener, bound))
    }

    async fn server(&mut self, number: usize, config: &ModbusConfig) -> Result<Bound, SimulatorError> {
        let (listener, address) = self.listen(config.listen).await?;
        let wire = reached_at(address);
        let mut units = BTreeMap::new();
        for chain in &config.sunspec {
            units.insert(chain.unit, self.chain(number, chain, &wire));
        }
        for meter in &config.meters {
            units.insert(meter.unit, self.meter(number, meter, &wire)?);
        }
        Ok(Bound { address, serving: Box::pin(ModbusServer::new(units, config.clients).serve(listener)) })
    }

    fn chain(&mut self, server: usize, config: &SunSpecConfig, wire: &Wire) -> UnitKind {
        let mut occurrences: BTreeMap<u16, u16> = BTreeMap::new();
        let mut devices = Vec::with_capacity(config.devices.len());
        for (number, configured) in config.devices.iter().enumerate() {
            let name = format!("modbus {server} unit {} device {number}", config.unit);
            let modulus_mwh = steps::sunspec_modulus_mwh(configured.model, configured.energy_scale);
            let device = self.device(&name, configured.role).with_moduli([modulus_mwh; 2]);
            let model = u16::from(configured.model);
            let seen = occurrences.entry(model).or_default();
            let uri = DeviceUri::from(SunSpecDevice {
                wire: wire.clone(),
                unit: config.unit,
                model: Some(model),
                index: *seen,
                base: None,
                timing: Timing::default(),
            });
            *seen += 1;
            self.serve(uri, &device, steps::sunspec_mwh(configured.model, configured.energy_scale));
            devices.push(device);
        }
        UnitKind::SunSpec(config.clone(), devices)
    }

    fn meter(&mut self, server: usize, config: &MeterConfig, wire: &Wire) -> Result<UnitKind, SimulatorError> {
        let template = templates::modbus(&self.config.name, config)?;
        let modulus_mwh = |sum: &Option<Sum>| sum.as_ref().and_then(|sum| sum.counter(None).modulus_mwh);
        let moduli_mwh = [modulus_mwh(&template.import), modulus_mwh(&template.export)];
        let wants_wrap = config.faults.iter().any(|fault| fault.kind == FaultKind::Rollover);
        if wants_wrap && moduli_mwh == [None; 2] {
            let reason =
                format!("home `{}`: the counters of `{}` never wrap: no `rollover`", self.config.name, config.template);
            return Err(SimulatorError::Config(reason));
        }
        let name = format!("modbus {server} unit {}", config.unit);
        let device = self.device(&name, config.role).with_moduli(moduli_mwh);
        let uri = DeviceUri::from(ModbusDevice {
            wire: wire.clone(),
            unit: config.unit,
            template: config.template.clone(),
            timing: Timing::default(),
        });
        let serial = template.serial_of(device.plate().serial);
        self.serve_as(uri, &device, serial, steps::modbus_mwh(&template));
        Ok(UnitKind::Meter(Box::new(template), device))
    }

    fn publisher(&mut self, number: usize, config: &MqttConfig) -> Result<MqttPublisher, SimulatorError> {
        let (template, broker) = templates::mqtt(&self.config.name, config)?;
        let device = self.device(&format!("mqtt {number}"), config.role);
        let uri = DeviceUri::from(MqttDevice {
            broker: broker.clone(),
            topic: config.topic.clone(),
            template: config.template.clone(),
            channel: 0,
            meter: None,
            timeout_ms: None,
        });
        self.serve(uri, &device, steps::mqtt_mwh(&template));
        let interval = self.running.clock().real(Duration::from_secs(config.every_s.into()));
        Ok(MqttPublisher { device, template, broker, topic: config.topic.clone(), interval })
    }
}

/// A meter that pushes telegrams.
impl Builder<'_> {
    async fn stream(&mut self, number: usize, config: &StreamConfig) -> Result<Bound, SimulatorError> {
        let (listener, address) = self.listen(config.listen).await?;
        let device = self.device(&format!("stream {number}"), config.role);
        let telegrams = config.telegrams;
        let wire = reached_at(address);
        let uri = DeviceUri::from(StreamDevice { telegrams: telegrams.into(), wire, timeout_ms: None });
        self.serve(uri, &device, steps::telegram_mwh(telegrams));
        let interval = self.running.clock().real(Duration::from_secs(config.every_s.into()));
        let p1 = templates::p1(&self.config.name)?;
        Ok(Bound { address, serving: Box::pin(StreamServer { device, telegrams, p1, interval }.serve(listener)) })
    }
}

/// A meter that sends datagrams.
impl Builder<'_> {
    async fn sender(&mut self, number: usize, config: &SpeedwireConfig) -> Result<Bound, SimulatorError> {
        // To this machine from this machine; elsewhere the system chooses the way.
        let own = if config.to.ip().is_loopback() { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let address = SocketAddr::from((own, 0));
        let socket = UdpSocket::bind(address).await.map_err(self.cannot_listen(address))?;
        let device = self.device(&format!("speedwire {number}"), config.role);
        let uri = DeviceUri::from(SpeedwireDevice {
            to: *config.to.ip(),
            port: config.to.port(),
            serial: device.plate().serial,
            interface: None,
            timeout_ms: None,
        });
        self.serve(uri, &device, steps::SPEEDWIRE_MWH);
        let interval = self.running.clock().real(Duration::from_secs(config.every_s.into()));
        let sender = SpeedwireSender { device, to: config.to, interval };
        Ok(Bound { address: SocketAddr::V4(config.to), serving: Box::pin(sender.send(socket)) })
    }
}

/// A device over HTTP.
impl Builder<'_> {
    async fn over_http(&mut self, number: usize, config: &HttpConfig) -> Result<Bound, SimulatorError> {
        let template = templates::http(&self.config.name, &config.template)?;
        let (listener, address) = self.listen(config.listen).await?;
        let device = self.device(&format!("http {number}"), config.role);
        let names = template.named().map(|what| (what.to_owned(), what.to_owned())).collect();
        let uri = HttpDevice { names, ..HttpDevice::new(&host_of(address), address.port(), &config.template) }.into();
        self.serve(uri, &device, steps::mqtt_mwh(&template));
        Ok(Bound { address, serving: Box::pin(HttpServer { device, template }.serve(listener)) })
    }
}

/// How a client on this machine reaches a server.
fn reached_at(address: SocketAddr) -> Wire {
    Wire::Tcp { host: host_of(address), port: address.port() }
}

fn host_of(address: SocketAddr) -> String {
    match address {
        _ if !address.ip().is_unspecified() => address.ip().to_string(),
        SocketAddr::V4(_) => "127.0.0.1".into(),
        SocketAddr::V6(_) => "::1".into(),
    }
}
