//! The SunSpec models that count energy: what their registers mean, in this crate's units.
//!
//! Model 701 is longer than one request may be; its energies and their scale factor are within the first 125 registers.
//! The `sunspec` crate decodes the points of a model; scale factors and sentinels are applied here, in integers. Only
//! the points that are needed are decoded, so that a vendor's odd text or enumeration elsewhere does no harm.

use crate::{
    quantity::{scale, scale_float, whole},
    quirks::Quirks,
    sample::Counter,
    template::registers::{MAX_READ_WORDS, decode::printable},
};
use sunspec::{
    DecodeError, Group, Model,
    models::{
        model1::Model1, model101::Model101, model102::Model102, model103::Model103, model111::Model111,
        model112::Model112, model113::Model113, model201::Model201, model202::Model202, model203::Model203,
        model204::Model204, model211::Model211, model212::Model212, model213::Model213, model214::Model214,
        model701::Model701,
    },
};

/// Id of the common model.
pub(crate) const COMMON: u16 = 1;

/// Registers of the common model that are read: up to its serial number.
pub(crate) const COMMON_WORDS: u16 = 64;

/// What one model shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    pub(crate) import_mwh: Option<u64>,
    pub(crate) export_mwh: Option<u64>,
    pub(crate) power_w: Option<i32>,
    pub(crate) import_counter: Counter,
    pub(crate) export_counter: Counter,
}

/// A number that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Impossible {
    pub(crate) what: &'static str,
    pub(crate) value: String,
}

/// What a model stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Inverter,
    Meter,
}

/// The models that count energy: number, kind, rank, length. The lower rank is the better: 64-bit counters, then 32-bit
/// integers, then floats, which lose Wh as they grow.
const MODELS: [(u16, Kind, u8, u16); 15] = [
    (701, Kind::Inverter, 0, 153),
    (101, Kind::Inverter, 1, 50),
    (102, Kind::Inverter, 1, 50),
    (103, Kind::Inverter, 1, 50),
    (111, Kind::Inverter, 2, 60),
    (112, Kind::Inverter, 2, 60),
    (113, Kind::Inverter, 2, 60),
    (201, Kind::Meter, 1, 105),
    (202, Kind::Meter, 1, 105),
    (203, Kind::Meter, 1, 105),
    (204, Kind::Meter, 1, 105),
    (211, Kind::Meter, 2, 124),
    (212, Kind::Meter, 2, 124),
    (213, Kind::Meter, 2, 124),
    (214, Kind::Meter, 2, 124),
];

/// Kind of a model and its rank; `None` if it counts no energy.
pub(crate) fn kind(id: u16) -> Option<(Kind, u8)> {
    MODELS.iter().find(|(known, ..)| *known == id).map(|(_, kind, rank, _)| (*kind, *rank))
}

/// The length that the specification gives a model that counts energy.
pub(crate) fn length(id: u16) -> Option<u16> {
    MODELS.iter().find(|(known, ..)| *known == id).map(|(.., length)| *length)
}

/// Registers to read of a model, its id and length included: all it needs for energy is in the first 125.
pub(crate) fn words_to_read(length: u16) -> u16 {
    length.saturating_add(2).min(MAX_READ_WORDS)
}

/// Vendor, model and serial number of a common model; the registers after id and length.
pub(crate) fn common(data: &[u16]) -> [Option<String>; 3] {
    [&Model1::MN, &Model1::MD, &Model1::SN].map(|point| {
        let start = usize::from(point.offset);
        let words = data.get(start..start + usize::from(point.length))?;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        printable(&bytes)
    })
}

/// A point of a model, from the registers after id and length.
macro_rules! point {
    ($data:ident, $model:ty, $point:ident) => {
        <$model>::$point.from_data($data).map_err(short)?
    };
}

/// Reads a model's registers after id and length. They must be those that [`words_to_read`] asks for.
///
/// # Errors
/// The first number that cannot be; a model that is too short or counts no energy.
pub(crate) fn decode(id: u16, data: &[u16], quirks: &Quirks) -> Result<Readings, Impossible> {
    match kind(id) {
        _ if id == Model701::ID => alternating_current(data),
        Some((Kind::Inverter, _)) => inverter(id, data, quirks),
        Some((Kind::Meter, _)) => meter(id, data, quirks),
        _ => Err(no_energy(id)),
    }
}

/// Model 701, of inverters and batteries alike.
fn alternating_current(data: &[u16]) -> Result<Readings, Impossible> {
    let factor = point!(data, Model701, TOT_WH_SF);
    Ok(Readings {
        export_mwh: counted("TotWhInj", point!(data, Model701, TOT_WH_INJ), factor)?,
        import_mwh: counted("TotWhAbs", point!(data, Model701, TOT_WH_ABS), factor)?,
        power_w: power(point!(data, Model701, W), point!(data, Model701, W_SF), -1),
        import_counter: counter(None, factor),
        export_counter: counter(None, factor),
    })
}

/// Models 101 to 113. WH is an acc32 or a float; W is what flows to the grid.
fn inverter(id: u16, data: &[u16], quirks: &Quirks) -> Result<Readings, Impossible> {
    macro_rules! whole {
        ($model:ty) => {{
            let factor = Option::<i16>::from(point!(data, $model, WH_SF));
            Readings {
                export_mwh: accumulated("WH", point!(data, $model, WH).into(), factor, quirks.signed_accumulators)?,
                power_w: power(point!(data, $model, W).into(), point!(data, $model, W_SF).into(), -1),
                export_counter: acc32(factor),
                ..Readings::default()
            }
        }};
    }
    macro_rules! float {
        ($model:ty) => {
            Readings {
                export_mwh: float("WH", point!(data, $model, WH).into())?,
                power_w: float_power(point!(data, $model, W).into(), -1.0),
                ..Readings::default()
            }
            .of_floats()
        };
    }
    Ok(match id {
        Model101::ID => whole!(Model101),
        Model102::ID => whole!(Model102),
        Model103::ID => whole!(Model103),
        Model111::ID => float!(Model111),
        Model112::ID => float!(Model112),
        Model113::ID => float!(Model113),
        other => return Err(no_energy(other)),
    })
}

/// Models 201 to 214.
fn meter(id: u16, data: &[u16], quirks: &Quirks) -> Result<Readings, Impossible> {
    macro_rules! whole {
        ($model:ty) => {{
            let factor = Option::<i16>::from(point!(data, $model, TOT_WH_SF));
            let energy = |what, value| accumulated(what, value, factor, quirks.signed_accumulators);
            Readings {
                export_mwh: energy("TotWhExp", point!(data, $model, TOT_WH_EXP).into())?,
                import_mwh: energy("TotWhImp", point!(data, $model, TOT_WH_IMP).into())?,
                power_w: power(point!(data, $model, W).into(), point!(data, $model, W_SF).into(), 1),
                import_counter: acc32(factor),
                export_counter: acc32(factor),
            }
        }};
    }
    macro_rules! float {
        ($model:ty) => {
            Readings {
                export_mwh: float("TotWhExp", point!(data, $model, TOT_WH_EXP).into())?,
                import_mwh: float("TotWhImp", point!(data, $model, TOT_WH_IMP).into())?,
                power_w: float_power(point!(data, $model, W).into(), 1.0),
                ..Readings::default()
            }
            .of_floats()
        };
    }
    Ok(match id {
        Model201::ID => whole!(Model201),
        Model202::ID => whole!(Model202),
        Model203::ID => whole!(Model203),
        Model204::ID => whole!(Model204),
        Model211::ID => float!(Model211),
        Model212::ID => float!(Model212),
        Model213::ID => float!(Model213),
        Model214::ID => float!(Model214),
        other => return Err(no_energy(other)),
    })
}

fn no_energy(id: u16) -> Impossible {
    Impossible { what: "model", value: format!("{id}, which counts no energy") }
}

impl Readings {
    /// Its counters are floats of Wh.
    fn of_floats(self) -> Self {
        let counter = |mwh: Option<u64>| mwh.map(|mwh| Counter::float32(mwh, 3)).unwrap_or_default();
        Self { import_counter: counter(self.import_mwh), export_counter: counter(self.export_mwh), ..self }
    }
}

/// An acc32 in Wh × 10^factor wraps when its 32 bits are full.
fn acc32(factor: Option<i16>) -> Counter {
    counter(Some(1 << 32), factor)
}

/// A counter in Wh × 10^factor of so many values; nothing is known of it without a scale factor.
fn counter(limit: Option<u128>, factor: Option<i16>) -> Counter {
    implemented(factor).map(|factor| Counter::whole(limit, i32::from(factor) + 3)).unwrap_or_default()
}

fn short(error: DecodeError) -> Impossible {
    Impossible { what: "model", value: error.to_string() }
}

/// An acc32: 0 and all ones mean "not implemented". One that its manufacturer writes signed cannot be below zero.
fn accumulated(
    what: &'static str,
    value: Option<u32>,
    factor: Option<i16>,
    signed: bool,
) -> Result<Option<u64>, Impossible> {
    match value.map(u32::cast_signed) {
        Some(negative) if signed && negative < -1 => {
            return Err(Impossible { what, value: format!("{negative} × 10^{} Wh", factor.unwrap_or_default()) });
        }
        _ => {}
    }
    counted(what, value.filter(|value| ![0, u32::MAX].contains(value)).map(u64::from), factor)
}

/// A counter in Wh × 10^factor, mWh. Without a scale factor it means nothing.
pub(super) fn counted(what: &'static str, value: Option<u64>, factor: Option<i16>) -> Result<Option<u64>, Impossible> {
    let Some((value, factor)) = value.zip(implemented(factor)) else { return Ok(None) };
    let mwh = Some(factor).filter(|factor| (-10..=10).contains(factor));
    let mwh = mwh.and_then(|factor| u64::try_from(scale(value.into(), i32::from(factor) + 3)?).ok());
    mwh.map(Some).ok_or_else(|| Impossible { what, value: format!("{value} × 10^{factor} Wh") })
}

/// A float counter in Wh, mWh. NaN means "not implemented".
fn float(what: &'static str, value: Option<f32>) -> Result<Option<u64>, Impossible> {
    let Some(value) = value.filter(|value| !value.is_nan()) else { return Ok(None) };
    let mwh = scale_float(value.into(), 3).and_then(|mwh| u64::try_from(mwh).ok());
    mwh.map(Some).ok_or_else(|| Impossible { what, value: format!("{value} Wh") })
}

/// Information only: what cannot be is left out.
pub(super) fn power(value: Option<i16>, factor: Option<i16>, sign: i128) -> Option<i32> {
    let value = implemented(value)?;
    let factor = implemented(factor).filter(|factor| (-10..=10).contains(factor))?;
    whole(scale(i128::from(value) * sign, i32::from(factor) + 3)?)
}

fn float_power(value: Option<f32>, sign: f32) -> Option<i32> {
    whole(scale_float((value? * sign).into(), 3)?)
}

/// A signed 16-bit point or scale factor; `0x8000` means "not implemented".
fn implemented(value: Option<i16>) -> Option<i16> {
    value.filter(|value| *value != i16::MIN)
}

const _: () = assert!(COMMON == Model1::ID && Model1::LEN >= COMMON_WORDS);
