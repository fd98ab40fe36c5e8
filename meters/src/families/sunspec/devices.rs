//! Which devices a chain of models stands for, and who they say they are.

use super::{
    battery,
    chain::{Link, Unit},
    dc,
    models::{self, COMMON, COMMON_WORDS, Kind, kind},
};
use crate::{MeterError, sample::Identity};

/// A model that counts energy, in a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The model.
    pub(crate) link: Link,
    /// Which occurrence of that model it is, from 0.
    pub(crate) index: u16,
    /// True if it is a device; false if the device it belongs to shows itself by a better model too.
    pub(crate) is_device: bool,
    /// Address of the common model before it.
    pub(crate) common_address: Option<u16>,
    /// The models of its section that tell of its direct-current side; only an inverter has them.
    pub(crate) dc: Vec<Link>,
    /// The models of its section that may tell of a battery; only an inverter has them.
    pub(crate) storage: Vec<Link>,
    /// The common models of the devices before it, whose serial number may be the same.
    earlier: Vec<Option<u16>>,
}

/// The models of a chain that count energy, in its order.
///
/// A section is what follows a model 1. An inverter may show itself by several models in its section (103 and 113, or
/// 701), which count the same energy. The best of them is the device. Each occurrence of that one is a device.
pub(crate) fn energy_models(links: &[Link]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut common_address = None;
    let mut rest = links;
    while let Some(first) = rest.first() {
        let (section, after) = match rest.iter().skip(1).position(|link| link.id == COMMON) {
            Some(next) => rest.split_at(next + 1),
            None => (rest, [].as_slice()),
        };
        if first.id == COMMON {
            common_address = Some(first.address);
        }
        let before_section = found.len();
        for link in section.iter().filter(|link| kind(link.id).is_some()) {
            let is_device = is_best_of_kind(link, section);
            let counts = |(place, earlier): &(usize, &Found)| {
                // What is no device by itself is the same device as the better model of its section.
                let same = *place >= before_section && is_same_kind(earlier.link, *link);
                earlier.is_device && (is_device || !same)
            };
            let earlier = found.iter().enumerate().filter(counts).map(|(_, earlier)| earlier.common_address).collect();
            let index = found.iter().filter(|earlier| earlier.link.id == link.id).count();
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            let has_dc = kind(link.id).is_some_and(|(kind, _)| kind == Kind::Inverter);
            let of_section =
                |tells: fn(u16) -> bool| section.iter().filter(|link| has_dc && tells(link.id)).copied().collect();
            let (dc, storage) = (of_section(dc::tells), of_section(battery::tells));
            found.push(Found { link: *link, index, is_device, common_address, dc, storage, earlier });
        }
        rest = after;
    }
    found
}

fn is_same_kind(a: Link, b: Link) -> bool {
    kind(a.id).map(|(kind, _)| kind) == kind(b.id).map(|(kind, _)| kind)
}

fn is_best_of_kind(link: &Link, section: &[Link]) -> bool {
    let rank = |link: &Link| kind(link.id).map(|(_, rank)| rank);
    // A model of the wrong length cannot be read, so it is no better than any.
    let readable = |link: &Link| models::length(link.id) == Some(link.length);
    !section.iter().any(|other| is_same_kind(*other, *link) && readable(other) && rank(other) < rank(link))
}

impl Found {
    /// Refuses a model that is not as long as the specification says: its registers would mean something else.
    pub(crate) fn check_length(&self, unit: &Unit<'_>) -> Result<(), MeterError> {
        let Link { id, length, address } = self.link;
        match models::length(id) {
            Some(expected) if expected != length => Err(MeterError::ModelLength {
                endpoint: unit.endpoint(),
                unit: unit.unit,
                model: id,
                address,
                expected,
                got: length,
            }),
            _ => Ok(()),
        }
    }

    /// Manufacturer of the device, if it names one.
    pub(crate) async fn vendor(&self, unit: &Unit<'_>) -> Result<Option<String>, MeterError> {
        Ok(names(unit, self.common_address).await?.into_iter().next().flatten())
    }

    /// Asks the device who it is.
    pub(crate) async fn identity(&self, unit: &Unit<'_>) -> Result<Identity, MeterError> {
        let own = names(unit, self.common_address).await?;
        let mut sub_unit = 0u16;
        let mut seen: Option<(Option<u16>, bool)> = None;
        for earlier in &self.earlier {
            let same = match seen {
                Some((address, same)) if address == *earlier => same,
                _ => *earlier == self.common_address || names(unit, *earlier).await? == own,
            };
            seen = Some((*earlier, same));
            sub_unit = sub_unit.saturating_add(u16::from(same));
        }
        let [vendor, model, serial] = own;
        Ok(Identity {
            vendor: vendor.unwrap_or_else(|| "unknown".into()),
            model: model.unwrap_or_else(|| format!("SunSpec model {}", self.link.id)),
            has_serial: serial.is_some(),
            serial: serial.unwrap_or_else(|| format!("@{}/{}", unit.endpoint(), unit.unit)),
            sub_unit,
        })
    }
}

/// Vendor, model and serial number of a common model.
async fn names(unit: &Unit<'_>, common_address: Option<u16>) -> Result<[Option<String>; 3], MeterError> {
    let Some(address) = common_address else { return Ok([None, None, None]) };
    let words = unit.read(address.saturating_add(2), COMMON_WORDS).await?;
    Ok(models::common(&words))
}
