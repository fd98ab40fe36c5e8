//! Registers of Modbus devices, through the drivers themselves: only frames and sockets are left out.

use super::image::{Image, Registers};
use crate::{
    DeviceUri, Library, Template,
    driver::{Driver, source::Source, watched::Watched},
    modbus::{ModbusDevice, source::ModbusSource},
    sunspec::{SunSpecDevice, source::SunSpecSource},
    template::registers::ModbusTemplate,
    wire::modbus::Bus,
};
use std::sync::{Arc, OnceLock};

const SUNSPEC_MARKER: [u16; 2] = [0x5375, 0x6e53];

/// A Modbus meter. The first byte chooses the template, and the next two how it answers wrongly and when. The rest are
/// its registers, in the order in which they are asked for.
pub fn modbus(data: &[u8]) {
    static TEMPLATES: OnceLock<Vec<(DeviceUri, Template)>> = OnceLock::new();
    let [which, odd_in, oddity, rest @ ..] = data else { return };
    let templates = TEMPLATES.get_or_init(|| {
        let all = Library::builtin().into_iter().flat_map(Library::iter);
        let modbus = all.filter(|(_, template)| matches!(template, Template::Modbus(_)));
        let uri = |name: &str| format!("modbus+tcp://127.0.0.1?template={name}").parse();
        modbus.filter_map(|(name, template)| Some((uri(name).ok()?, template.clone()))).collect()
    });
    let chosen = usize::from(*which).checked_rem(templates.len()).and_then(|place| templates.get(place));
    let Some((uri, Template::Modbus(template))) = chosen else { return };
    let Some(device) = uri.device::<ModbusDevice>() else { return };
    // Hardly any registers fit a fingerprint: the second time none is asked for.
    let unmarked = ModbusTemplate { fingerprint: Vec::new(), ..template.clone() };
    for template in [template, &unmarked] {
        let image = Image::new(Registers::Stream(words(rest)), *odd_in, *oddity);
        let bus = Arc::new(Bus::over(device.wire.clone(), move || image.connection()));
        exercise(ModbusSource::over(bus, device.clone(), template.clone()), uri);
    }
}

/// A SunSpec device. The first byte says where its chain begins and which device of it is meant, and the next two how
/// it answers wrongly and when. The rest are its registers from there on.
pub fn sunspec(data: &[u8]) {
    static DEVICES: OnceLock<Vec<DeviceUri>> = OnceLock::new();
    let [flags, odd_in, oddity, rest @ ..] = data else { return };
    let devices = DEVICES.get_or_init(|| {
        (0..4).filter_map(|index| format!("sunspec+tcp://127.0.0.1?index={index}").parse().ok()).collect()
    });
    let base = [40_000, 0, 50_000, 40_000][usize::from(flags & 3)];
    let marker = if flags & 0x80 == 0 { SUNSPEC_MARKER.as_slice() } else { &[] };
    let registers = Registers::At(base, [marker, &words(rest)].concat());
    let Some(uri) = devices.get(usize::from(flags >> 2 & 3)) else { return };
    let Some(device) = uri.device::<SunSpecDevice>() else { return };
    let image = Image::new(registers, *odd_in, *oddity);
    let bus = Arc::new(Bus::over(device.wire.clone(), move || image.connection()));
    exercise(SunSpecSource::over(bus, device.clone()), uri);
}

/// Asks it what a gateway asks: who it is, what it shows (the second time is another path), and what is behind it.
fn exercise(source: impl Source + 'static, uri: &DeviceUri) {
    let mut driver = Watched::new(Box::new(source), uri);
    super::block_on(async {
        let _ = driver.identify().await;
        for _ in 0..2 {
            let _ = driver.sample().await;
        }
        let _ = driver.dc_inputs().await;
    });
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |word, byte| word << 8 | u16::from(*byte))).collect()
}
