//! Models 160 and 714: the direct-current side of an inverter, by string or port.
//!
//! Information, never a device. What a string gave is what the inverter's own counter shows, before its losses; a
//! battery on this side is behind that counter too. As devices of their own they would count the same energy twice.

use super::{
    chain::{Link, Unit},
    models::{counted, power},
};
use crate::{
    DcInput, MeterError,
    template::registers::{MAX_READ_WORDS, decode::printable},
};
use sunspec::{
    DecodeError, Group, Model,
    models::{
        model160::{Model160, Module},
        model714::{Model714, Prt},
    },
};

/// Most inputs of one inverter that are looked at.
const MAX_INPUTS: u16 = 24;

/// True for models of the direct-current side.
pub(super) fn tells(id: u16) -> bool {
    [Model160::ID, Model714::ID].contains(&id)
}

/// Every input of the model. None if its scale factors changed while it was read, or it makes no sense.
pub(super) async fn read(unit: &Unit<'_>, link: Link) -> Result<Vec<DcInput>, MeterError> {
    let (header, group) = match link.id {
        Model160::ID => (Model160::LEN, Module::LEN),
        _ => (Model714::LEN, Prt::LEN),
    };
    let Some(inputs) = link.length.checked_sub(header) else { return Ok(Vec::new()) };
    let count = header.saturating_add(inputs.min(MAX_INPUTS * group));
    let first = link.address.saturating_add(2);
    let data = unit.read_long(first, count).await?;
    // Beyond one request a value was read without its scale factor: then that must not have changed meanwhile.
    if count > MAX_READ_WORDS && factors(link.id, &data) != factors(link.id, &unit.read(first, header).await?) {
        return Ok(Vec::new());
    }
    Ok(decode(link.id, &data))
}

/// The scale factors of energy and power.
fn factors(id: u16, header: &[u16]) -> Option<(Option<i16>, Option<i16>)> {
    Some(match id {
        Model160::ID => (Model160::DCWH_SF.from_data(header).ok()?, Model160::DCW_SF.from_data(header).ok()?),
        _ => (Model714::DCWH_SF.from_data(header).ok()?, Model714::DCW_SF.from_data(header).ok()?),
    })
}

/// The inputs that a model's registers after id and length tell of.
pub(super) fn decode(id: u16, data: &[u16]) -> Vec<DcInput> {
    let Some((energy_factor, power_factor)) = factors(id, data) else { return Vec::new() };
    let (header, group, told) = match id {
        Model160::ID => (Model160::LEN, Module::LEN, Model160::N.from_data(data).ok().flatten()),
        _ => (Model714::LEN, Prt::LEN, Model714::N_PRT.from_data(data).ok().flatten()),
    };
    let groups = data.get(usize::from(header)..).unwrap_or_default().chunks_exact(usize::from(group));
    let mut inputs = Vec::new();
    for (number, group) in (1u16..).zip(groups.take(told.unwrap_or(MAX_INPUTS).into())) {
        let input = match id {
            Model160::ID => module(group, energy_factor, power_factor),
            _ => port(group, energy_factor, power_factor),
        };
        let Ok(mut input) = input else { return Vec::new() };
        if input.name.is_empty() {
            input.name = number.to_string();
        }
        inputs.push(input);
    }
    inputs
}

/// A module of model 160: DCW is unsigned, DCWH an acc32.
fn module(group: &[u16], energy_factor: Option<i16>, power_factor: Option<i16>) -> Result<DcInput, DecodeError> {
    let energy = Module::DCWH.from_data(group)?.filter(|energy| *energy != 0).map(u64::from);
    let power_w = Module::DCW.from_data(group)?.and_then(|watt| i16::try_from(watt).ok());
    Ok(DcInput {
        name: name(group, Module::ID_STR.offset, Module::ID_STR.length),
        energy_mwh: counted("DCWH", energy, energy_factor).unwrap_or_default(),
        absorbed_mwh: None,
        power_w: power(power_w, power_factor, 1),
    })
}

/// A port of model 714.
fn port(group: &[u16], energy_factor: Option<i16>, power_factor: Option<i16>) -> Result<DcInput, DecodeError> {
    let (given, taken) = (Prt::DC_WH_INJ.from_data(group)?, Prt::DC_WH_ABS.from_data(group)?);
    Ok(DcInput {
        name: name(group, Prt::ID_STR.offset, Prt::ID_STR.length),
        energy_mwh: counted("DCWhInj", given, energy_factor).unwrap_or_default(),
        absorbed_mwh: counted("DCWhAbs", taken, energy_factor).unwrap_or_default(),
        power_w: power(Prt::DCW.from_data(group)?, power_factor, 1),
    })
}

fn name(group: &[u16], offset: u16, length: u16) -> String {
    let start = usize::from(offset);
    let words = group.get(start..start + usize::from(length)).unwrap_or_default();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    printable(&bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_and_ports_are_told_with_their_scale_factors_and_sentinels() {
        // DCWH_SF is 1, DCW_SF 2, three modules promised and two there.
        let mut data = vec![0, 0, 2, 1, 0, 0, 3, 0];
        let mut module = vec![0; 20];
        module[1] = 0x5331; // "S1"
        (module[11], module[13]) = (15, 7);
        data.extend(&module);
        let mut dark = vec![0; 20];
        (dark[11], dark[12], dark[13]) = (0xffff, 0xffff, 0xffff);
        data.extend(&dark);
        let string =
            |name: &str, energy_mwh, power_w| DcInput { name: name.into(), energy_mwh, absorbed_mwh: None, power_w };
        assert_eq!(decode(160, &data), [string("S1", Some(70_000), Some(1_500)), string("2", None, None)]);
        data[3] = 0x8000;
        assert_eq!(decode(160, &data)[0], string("S1", None, Some(1_500)), "no scale factor, no energy");

        let mut data = vec![0; 18];
        (data[2], data[15], data[16]) = (1, 0, 0);
        let mut port = vec![0; 25];
        (port[12], port[16], port[20]) = (0xfff6, 9, 4);
        data.extend(&port);
        let battery =
            DcInput { name: "1".into(), energy_mwh: Some(9_000), absorbed_mwh: Some(4_000), power_w: Some(-10) };
        assert_eq!(decode(714, &data), [battery]);
    }

    proptest! {
        #[test]
        fn any_registers_tell_of_as_many_inputs_as_fit(
            id in prop::sample::select(vec![160u16, 714]), words in prop::collection::vec(any::<u16>(), 0..600),
        ) {
            prop_assert!(decode(id, &words).len() <= words.len() / 20);
        }
    }
}
