//! Names of things. An id never carries meaning beyond which thing it names.

use crate::{Hex, blake2_256, hex_digits};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Hex(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl core::str::FromStr for $name {
            type Err = hex::FromHexError;

            /// Reads 64 hexadecimal digits, with or without a leading `0x`.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(hex_digits(text), &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        #[cfg(feature = "std")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "std")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::string::String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $number:ty) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        #[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(pub $number);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

bytes_id! {
    /// A device under a pseudonym; see [`DeviceId::pseudonym`].
    DeviceId
}

bytes_id! {
    /// A gateway: its first public key. It stays when the key is rotated.
    GatewayId
}

bytes_id! {
    /// blake2_256 of a reading's SCALE bytes.
    ReadingHash
}

number_id! {
    /// A market: one rooted tree of zones.
    MarketId, u32
}

number_id! {
    /// A zone (substation, feeder, …), unique across markets.
    ZoneId, u32
}

number_id! {
    /// A site: one connection point with one grid meter.
    SiteId, u32
}

number_id! {
    /// One price step of one order in a clearing; also the last tie-breaker.
    OrderStepId, u64
}

impl DeviceId {
    /// blake2_256 of the SCALE tuple (salt, vendor, model, serial, sub-unit). The gateway keeps the salt,
    /// so that nobody can find the device's serial number by trying.
    pub fn pseudonym(salt: &[u8; 32], vendor: &str, model: &str, serial: &str, sub_unit: u16) -> Self {
        Self(blake2_256(&(salt, vendor, model, serial, sub_unit).encode()))
    }
}

impl ReadingHash {
    /// The hash of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(blake2_256(bytes))
    }
}

impl OrderStepId {
    /// The id of step `step` (0 to 7) of a site's order on one side. Site, side and step are one number, so that no
    /// order needs a counter, and equal inputs give equal ids on every machine.
    pub fn new(site: SiteId, side: Side, step: u8) -> Self {
        Self(u64::from(site.0) << 4 | u64::from(side == Side::Sell) << 3 | u64::from(step & 7))
    }

    /// The site whose order this is a step of.
    pub fn site(self) -> SiteId {
        SiteId((self.0 >> 4) as u32)
    }

    /// The order's side.
    pub fn side(self) -> Side {
        if self.0 & 8 == 0 { Side::Buy } else { Side::Sell }
    }

    /// Which step of the order, from 0.
    pub fn step(self) -> u8 {
        (self.0 & 7) as u8
    }
}

/// What a device measures of its site.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum DeviceRole {
    /// The meter between the site and the grid. Import: from the grid; export: to the grid.
    Grid,
    /// An inverter or a production meter. Export: produced.
    Production,
    /// A battery. Import: charged; export: discharged.
    Storage,
}

impl DeviceRole {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Grid, Self::Production, Self::Storage];

    /// The role's name in configurations, tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Production => "production",
            Self::Storage => "storage",
        }
    }
}

impl fmt::Display for DeviceRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text names no [`DeviceRole`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRole;

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a role is grid, production or storage")
    }
}

impl core::error::Error for UnknownRole {}

impl core::str::FromStr for DeviceRole {
    type Err = UnknownRole;

    /// Reads what [`DeviceRole::as_str`] writes.
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// The side of an order.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Side {
    /// Buys what the site imports.
    Buy,
    /// Sells what the site exports.
    Sell,
}

/// SCALE bytes of something, for hashing.
pub(crate) fn scale(value: &impl Encode) -> Vec<u8> {
    value.encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_step_id_gives_back_its_parts() {
        for site in [0, 1, 77, u32::MAX] {
            for side in [Side::Buy, Side::Sell] {
                for step in 0..8 {
                    let id = OrderStepId::new(SiteId(site), side, step);
                    assert_eq!((id.site(), id.side(), id.step()), (SiteId(site), side, step));
                }
            }
        }
    }

    #[test]
    fn a_pseudonym_depends_on_every_part() {
        let salt = [7; 32];
        let base = DeviceId::pseudonym(&salt, "Eastron", "SDM630", "1234", 0);
        assert_ne!(base, DeviceId::pseudonym(&[8; 32], "Eastron", "SDM630", "1234", 0));
        assert_ne!(base, DeviceId::pseudonym(&salt, "EastronS", "DM630", "1234", 0));
        assert_ne!(base, DeviceId::pseudonym(&salt, "Eastron", "SDM630", "1235", 0));
        assert_ne!(base, DeviceId::pseudonym(&salt, "Eastron", "SDM630", "1234", 1));
    }

    #[test]
    fn a_role_has_one_name() {
        for role in DeviceRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).expect("JSON"), role.as_str());
        }
        assert_eq!("meter".parse::<DeviceRole>(), Err(UnknownRole));
        assert_eq!("Grid".parse::<DeviceRole>(), Err(UnknownRole));
    }

    #[test]
    fn ids_read_what_they_print() {
        let id = DeviceId([0xab; 32]);
        assert_eq!(std::format!("{id}").parse(), Ok(id));
        assert!("0x12".parse::<DeviceId>().is_err());
    }
}
