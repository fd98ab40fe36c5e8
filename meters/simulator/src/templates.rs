//! The templates that a configuration names, and whether they can do what its faults ask for.

use crate::{
    SimulatorError,
    config::{MeterConfig, MqttConfig, SimulatorConfig},
    faults::{Fault, FaultKind},
};
use deren_meters::{
    Library, MeterError, Readout,
    template::{
        payload::{Format, MqttTemplate},
        registers::ModbusTemplate,
    },
    uri::Broker,
};

/// Checks every template and broker that `config` names, without listening or connecting.
///
/// # Errors
/// [`SimulatorError`] with the first that does not exist or cannot do what is asked.
pub fn check(config: &SimulatorConfig) -> Result<(), SimulatorError> {
    for home in &config.homes {
        for meter in home.modbus.iter().flat_map(|server| &server.meters) {
            modbus(&home.name, meter)?;
        }
        for device in &home.mqtt {
            mqtt(&home.name, device)?;
        }
        for device in &home.http {
            http(&home.name, &device.template)?;
        }
    }
    Ok(())
}

/// The template of a Modbus meter.
pub(crate) fn modbus(home: &str, config: &MeterConfig) -> Result<ModbusTemplate, SimulatorError> {
    let named = Library::builtin().and_then(|library| library.modbus(&config.template));
    let template = named.map_err(|error| template_error(home, error))?;
    if !template.roles.contains(&config.role) {
        let (name, role, roles) = (&config.template, config.role, &template.roles);
        return Err(SimulatorError::Config(format!(
            "home `{home}`: a `{name}` cannot be the home's {role:?} device; its roles are {roles:?}"
        )));
    }
    let nothing = Readout { serial: Some("1".into()), ..Readout::default() };
    if has_nan(&config.faults) && template.encode(&nothing).is_err() {
        return Err(cannot_say_nan(home, &config.template));
    }
    Ok(template.clone())
}

/// The template and the broker of a device that publishes.
pub(crate) fn mqtt(home: &str, config: &MqttConfig) -> Result<(MqttTemplate, Broker), SimulatorError> {
    let named = Library::builtin().and_then(|library| library.mqtt(&config.template));
    let template = named.map_err(|error| template_error(home, error))?;
    if has_nan(&config.faults) && template.format != Format::Json {
        return Err(cannot_say_nan(home, &config.template));
    }
    Ok((template.clone(), broker(&config.broker).map_err(|error| template_error(home, error))?))
}

/// The template of a device that shows JSON documents.
pub(crate) fn http(home: &str, template: &str) -> Result<MqttTemplate, SimulatorError> {
    let named = Library::builtin().and_then(|library| library.http(template));
    named.cloned().map_err(|error| template_error(home, error))
}

/// How P1 telegrams look.
pub(crate) fn p1(home: &str) -> Result<MqttTemplate, SimulatorError> {
    let named = Library::builtin().and_then(|library| library.mqtt("p1"));
    named.cloned().map_err(|error| template_error(home, error))
}

fn has_nan(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.kind == FaultKind::Nan)
}

fn template_error(home: &str, source: MeterError) -> SimulatorError {
    SimulatorError::Template { home: home.into(), source: Box::new(source) }
}

fn cannot_say_nan(home: &str, template: &str) -> SimulatorError {
    SimulatorError::Config(format!("home `{home}`: a `{template}` cannot say \"not available\"; drop its fault `nan`"))
}

fn broker(text: &str) -> Result<Broker, MeterError> {
    deren_meters::uri::broker(text).map_err(|reason| MeterError::Uri { text: text.into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::DeviceRole::Grid;

    fn with(kind: FaultKind) -> Vec<Fault> {
        vec![Fault::new(kind, 0, None)]
    }

    #[test]
    fn an_unknown_template_is_refused_with_those_that_there_are() {
        let refusal = modbus("a", &MeterConfig::new(Grid, "eastron-sdm631")).unwrap_err().to_string();
        assert!(refusal.contains("home `a`") && refusal.contains("eastron-sdm630"), "{refusal}");
        let device = MqttConfig::new(Grid, "eastron-sdm630", "mqtt://localhost", "x");
        let refusal = mqtt("a", &device).unwrap_err().to_string();
        assert!(refusal.contains("shelly-em"), "{refusal}");
    }

    #[test]
    fn a_device_without_a_not_available_cannot_have_the_fault_nan() {
        let meter = |template| MeterConfig { faults: with(FaultKind::Nan), ..MeterConfig::new(Grid, template) };
        assert!(modbus("a", &meter("eastron-sdm630")).is_ok(), "floats have NaN");
        assert!(modbus("a", &meter("carlo-gavazzi-em24")).is_ok(), "this one has a pattern for it");
        let telegram = MqttConfig::new(Grid, "p1", "mqtt://localhost", "p1/telegram");
        let refusal = mqtt("a", &MqttConfig { faults: with(FaultKind::Nan), ..telegram.clone() }).unwrap_err();
        assert!(refusal.to_string().contains("cannot say \"not available\""), "{refusal}");
        assert!(mqtt("a", &MqttConfig { faults: with(FaultKind::NotJson), ..telegram }).is_ok());
    }

    #[test]
    fn a_device_has_only_the_roles_of_its_template() {
        let refusal = modbus("a", &MeterConfig::new(Grid, "huawei-sun2000")).unwrap_err().to_string();
        assert!(refusal.contains("home `a`") && refusal.contains("Production"), "{refusal}");
        assert!(modbus("a", &MeterConfig::new(Grid, "huawei-meter")).is_ok());
    }

    #[test]
    fn a_broker_is_a_url() {
        let parsed = broker("mqtt://127.0.0.1:18830/").unwrap();
        assert_eq!((parsed.host.as_str(), parsed.port), ("127.0.0.1", 18_830));
        assert_eq!(broker("mqtt://broker.local").unwrap().port, 1_883);
        for bad in ["localhost:1883", "http://localhost", "mqtt://", "mqtt://a:b"] {
            assert!(broker(bad).is_err(), "{bad}");
        }
    }
}
