//! Where a search looks for Modbus devices, SunSpec's included: at the usual ports of hosts, and at serial ports.

use super::{
    line,
    search::{self, Search, TIMING},
};
use crate::{
    Library, Record,
    discover::probe::{Look, OnLine, Probe},
    wire::Wire,
};
use async_trait::async_trait;
use std::collections::BTreeSet;

/// Ports that are tried where the target names none: Modbus TCP, and SolarEdge's.
pub const USUAL_PORTS: [u16; 2] = [502, 1_502];
/// Unit ids that are asked: the usual first ones, Kostal's, SMA's, and Fronius' meters'.
pub const UNITS: [u8; 8] = [1, 2, 3, 71, 126, 200, 240, 247];
/// Most ports that are tried of a host, with those that only templates name.
const MAX_PORTS: usize = 4;

/// Finds devices that speak Modbus.
pub(super) struct ModbusProbe;

#[async_trait]
impl Probe for ModbusProbe {
    fn ports(&self, library: &Library) -> Vec<u16> {
        let named = search::modbus_templates(library).flat_map(|(_, template)| &template.wire.ports);
        let others: BTreeSet<u16> = named.copied().filter(|port| !USUAL_PORTS.contains(port)).collect();
        USUAL_PORTS.into_iter().chain(others).take(MAX_PORTS).collect()
    }

    fn takes_any_port(&self) -> bool {
        true
    }

    async fn host(&self, wire: &Wire, look: &Look<'_>) -> Vec<Record> {
        Search::new(wire, look.library, look.tell, TIMING).units(&UNITS).await
    }

    fn line_steps(&self) -> usize {
        line::STEPS
    }

    async fn line(&self, path: &str, look: &Look<'_>) -> OnLine {
        line::place(path, look).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Template;

    #[test]
    fn ports_that_only_templates_name_are_tried_too_and_not_too_many() {
        let mut library = Library::builtin().expect("templates").clone();
        assert_eq!(ModbusProbe.ports(&library), USUAL_PORTS);
        let text =
            include_str!("../../../templates/kostal-plenticore.toml").replace("[1502]", "[1502, 5020, 5021, 5022]");
        let mut templates = Template::all_from_toml("mine", &text).expect("templates");
        library.insert("mine", templates.remove(0).1);
        assert_eq!(ModbusProbe.ports(&library), [502, 1502, 5020, 5021]);
    }
}
