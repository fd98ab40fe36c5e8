//! One Modbus unit: the registers that it shows at a moment, and which of its devices a request touches.
//! Knows no sockets.

use crate::{
    config::SunSpecConfig,
    device::{Device, Moment, Shown},
    faults::FaultKind,
    model::Plate,
    sunspec_image::{self, ChainDevice, Part},
};
use deren_meters::{
    Readout,
    template::registers::{
        ModbusTemplate,
        decode::{FieldError, Function},
    },
};

/// Most registers of one request, by the Modbus specification.
const MOST_WORDS: u16 = 125;

/// What a unit is.
#[derive(Clone, Debug)]
pub enum UnitKind {
    /// A SunSpec chain with these devices, in its order.
    SunSpec(SunSpecConfig, Vec<Device>),
    /// The meter that a template describes.
    Meter(Box<ModbusTemplate>, Device),
}

/// The registers that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The kind of registers.
    pub function: Function,
    /// Address of the first.
    pub address: u16,
    /// How many.
    pub count: u16,
}

/// Why there are no registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRegisters {
    /// Not 1 to 125 registers.
    Count,
    /// One of them does not exist.
    Address,
    /// The template cannot hold the value.
    Value,
}

/// Registers, and the devices that they belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The registers.
    pub words: Vec<u16>,
    /// Numbers of the devices that were touched.
    pub devices: Vec<usize>,
}

impl UnitKind {
    /// Its devices, in order.
    pub fn devices(&self) -> &[Device] {
        match self {
            Self::SunSpec(_, devices) => devices,
            Self::Meter(_, device) => std::slice::from_ref(device),
        }
    }

    /// The registers of `range` as they are at `moment`.
    ///
    /// # Errors
    /// [`NoRegisters`], which the wire answers by an exception.
    pub fn read(&self, range: Range, moment: &Moment) -> Result<Answer, NoRegisters> {
        if !(1..=MOST_WORDS).contains(&range.count) {
            return Err(NoRegisters::Count);
        }
        let parts = match self {
            Self::SunSpec(config, devices) if range.function == Function::Holding => chain(config, devices, moment),
            Self::SunSpec(..) => return Err(NoRegisters::Address),
            Self::Meter(template, device) => {
                meter(template, device, range.function, moment).map_err(|_| NoRegisters::Value)?
            }
        };
        cut(&parts, range)
    }
}

fn chain(config: &SunSpecConfig, devices: &[Device], moment: &Moment) -> Vec<Part> {
    let plates: Vec<Plate> = devices.iter().map(|device| device.plate_at(moment.elapsed_s)).collect();
    let shown: Vec<ChainDevice<'_>> = devices
        .iter()
        .zip(&plates)
        .map(|(device, plate)| ChainDevice {
            role: device.role(),
            plate,
            shown: device.shown(moment),
            wrong_length: device.faults().is_on(FaultKind::WrongLength, moment.elapsed_s),
        })
        .collect();
    sunspec_image::chain(config, &shown)
}

/// What a template device shows.
pub fn readout(device: &Device, shown: &Shown) -> Readout {
    Readout {
        import_mwh: shown.registers.map(|registers| registers.import_mwh),
        export_mwh: shown.registers.map(|registers| registers.export_mwh),
        power_w: shown.registers.map(|registers| registers.power_w),
        serial: Some(device.plate_at(shown.elapsed_s).serial.to_string()),
    }
}

fn meter(
    template: &ModbusTemplate,
    device: &Device,
    function: Function,
    moment: &Moment,
) -> Result<Vec<Part>, FieldError> {
    let serial = Some(template.serial_of(device.plate_at(moment.elapsed_s).serial));
    let blocks = template.encode(&Readout { serial, ..readout(device, &device.shown(moment)) })?;
    // Where blocks overlap the later one holds, so it is to be found first.
    let fitting = blocks.into_iter().rev().filter(|block| block.function == function);
    Ok(fitting.map(|block| Part { address: block.address, words: block.words, device: Some(0) }).collect())
}

/// The registers of `range`, each from the first part that holds it.
fn cut(parts: &[Part], range: Range) -> Result<Answer, NoRegisters> {
    let mut answer = Answer { words: Vec::with_capacity(range.count.into()), devices: Vec::new() };
    for offset in 0..range.count {
        let address = range.address.checked_add(offset).ok_or(NoRegisters::Address)?;
        let (word, device) = parts
            .iter()
            .find_map(|part| {
                let within = usize::from(address.checked_sub(part.address)?);
                part.words.get(within).map(|word| (*word, part.device))
            })
            .ok_or(NoRegisters::Address)?;
        answer.words.push(word);
        answer.devices.extend(device.filter(|device| !answer.devices.contains(device)));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(address: u16, words: &[u16], device: Option<usize>) -> Part {
        Part { address, words: words.to_vec(), device }
    }

    fn range(address: u16, count: u16) -> Range {
        Range { function: Function::Holding, address, count }
    }

    #[test]
    fn a_request_may_span_parts_and_names_the_devices_it_touches() {
        let parts = [part(10, &[1, 2], None), part(12, &[3, 4], Some(0)), part(14, &[5], Some(1))];
        assert_eq!(cut(&parts, range(11, 2)), Ok(Answer { words: vec![2, 3], devices: vec![0] }));
        assert_eq!(cut(&parts, range(10, 5)), Ok(Answer { words: vec![1, 2, 3, 4, 5], devices: vec![0, 1] }));
        assert_eq!(cut(&parts, range(10, 1)), Ok(Answer { words: vec![1], devices: vec![] }));
    }

    #[test]
    fn a_register_that_does_not_exist_is_an_illegal_address() {
        let parts = [part(10, &[1, 2], None), part(13, &[3], None)];
        for asked in [range(9, 1), range(11, 2), range(12, 1), range(13, 2), range(65_535, 2)] {
            assert_eq!(cut(&parts, asked), Err(NoRegisters::Address), "{asked:?}");
        }
    }

    #[test]
    fn where_two_parts_hold_a_register_the_first_counts() {
        let parts = [part(10, &[1, 2], Some(0)), part(9, &[7, 7, 7, 7], None)];
        assert_eq!(cut(&parts, range(9, 4)).map(|answer| answer.words), Ok(vec![7, 1, 2, 7]));
    }

    proptest! {
        #[test]
        fn any_request_gets_all_it_asked_for_or_nothing(address: u16, count in 1u16..=125, starts in prop::collection::vec(any::<u16>(), 0..6)) {
            let parts: Vec<Part> = starts.iter().map(|start| part(*start, &[7; 40], None)).collect();
            if let Ok(answer) = cut(&parts, range(address, count)) {
                prop_assert_eq!(answer.words.len(), usize::from(count));
            }
        }
    }
}
