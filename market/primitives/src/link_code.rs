//! The link code: all that an owner needs to register a gateway and its devices, as one short text (a QR code, a link).
//! The gateway signed only that it may be linked; what its devices are, the owner reads and signs.

use crate::{DeviceId, DeviceRole, GatewayId, Signature, SiteId, link_message};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeAll, Encode};
use core::fmt;

/// What a link code's bytes begin with.
const VERSION: u8 = 1;
/// Most devices of one code.
pub const MAX_LINKED_DEVICES: u32 = 16;
/// Most bytes of a home's name.
pub const MAX_HOME_NAME_BYTES: u32 = 120;
/// More letters than the longest code has.
pub const MAX_LINK_CODE_LETTERS: usize = 1_536;
/// Base 64 for links (RFC 4648, section 5), without padding.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What an owner gets from a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LinkCode {
    /// Hash of the chain's block 0.
    pub genesis: [u8; 32],
    /// The gateway.
    pub gateway: GatewayId,
    /// The account for which it was made.
    pub owner: [u8; 32],
    /// The site to which the gateway may be linked.
    pub site: SiteId,
    /// Until when, in seconds since 1970.
    pub expires_unix_s: u64,
    /// The gateway's signature over [`link_message`].
    pub signature: Signature,
    /// How the owner calls the home, in UTF-8; empty if it has no name.
    pub home: BoundedVec<u8, ConstU32<MAX_HOME_NAME_BYTES>>,
    /// What the gateway reads.
    pub devices: BoundedVec<LinkedDevice, ConstU32<MAX_LINKED_DEVICES>>,
}

/// A device as it is to be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LinkedDevice {
    /// Its pseudonym.
    pub device: DeviceId,
    /// What it measures.
    pub role: DeviceRole,
    /// More than this it cannot measure, W.
    pub rated_power_w: u32,
    /// The smallest step of its registers, mWh.
    pub register_step_mwh: u32,
}

/// Why a text is no link code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkCodeError {
    /// It has another letter, or too many.
    Letters,
    /// It was made by a newer gateway.
    Version(u8),
    /// Something is missing or too much.
    NotWhole,
}

impl fmt::Display for LinkCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letters => f.write_str("not a link code: it has letters, digits, - and _ only"),
            Self::Version(version) => write!(f, "a link code of version {version}, which is not known here"),
            Self::NotWhole => f.write_str("not the whole link code: copy it again"),
        }
    }
}

impl LinkCode {
    /// The bytes that the gateway signed.
    pub fn message(&self) -> Vec<u8> {
        link_message(&self.genesis, &self.owner, self.site, self.expires_unix_s)
    }

    /// True if `key`, the gateway's present one, signed it.
    #[cfg(feature = "std")]
    pub fn is_signed_by(&self, key: &crate::PublicKey) -> bool {
        crate::verify(key, &self.message(), &self.signature)
    }

    /// The code as text: version and SCALE bytes in base 64 for links.
    pub fn to_text(&self) -> String {
        to_letters(&(VERSION, self).encode())
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// [`LinkCodeError`], for anything else.
    pub fn from_text(text: &str) -> Result<Self, LinkCodeError> {
        let bytes = from_letters(text.trim()).ok_or(LinkCodeError::Letters)?;
        let (version, mut rest) = bytes.split_first().ok_or(LinkCodeError::NotWhole)?;
        if *version != VERSION {
            return Err(LinkCodeError::Version(*version));
        }
        Self::decode_all(&mut rest).map_err(|_| LinkCodeError::NotWhole)
    }

    /// The home's name; nothing if it has none or it is not text.
    pub fn home_name(&self) -> Option<String> {
        core::str::from_utf8(&self.home).ok().filter(|name| !name.is_empty()).map(ToString::to_string)
    }
}

fn to_letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let value = group.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        // n bytes need n + 1 letters.
        for place in 0..=group.len() {
            let letter = LETTERS.get((value >> (18 - 6 * place) & 63) as usize).copied().unwrap_or_default();
            text.push(char::from(letter));
        }
    }
    text
}

fn from_letters(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_LINK_CODE_LETTERS || text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.as_bytes().chunks(4) {
        let mut value = 0u32;
        for letter in group {
            let digit = LETTERS.iter().position(|known| known == letter)?;
            value = value << 6 | u32::try_from(digit).ok()?;
        }
        value <<= 6 * (4 - group.len());
        bytes.extend(value.to_be_bytes().into_iter().skip(1).take(group.len() - 1));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    /// The code that the dashboards' tests read too: `dashboards/web/src/link/code.test.ts`.
    const GOLDEN: &str = include_str!("link_code_golden.txt");

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[9; 32])
    }

    fn code(home: &str, devices: &[(DeviceRole, u32)]) -> LinkCode {
        let mut code = LinkCode {
            genesis: [1; 32],
            gateway: GatewayId(key().verifying_key().to_bytes()),
            owner: [2; 32],
            site: SiteId(7),
            expires_unix_s: 1_800_000_000,
            signature: [0; 64],
            home: home.as_bytes().to_vec().try_into().expect("short"),
            devices: devices
                .iter()
                .zip(3..)
                .map(|((role, rated_power_w), number)| LinkedDevice {
                    device: DeviceId([number; 32]),
                    role: *role,
                    rated_power_w: *rated_power_w,
                    register_step_mwh: 1_000,
                })
                .collect::<Vec<_>>()
                .try_into()
                .expect("few"),
        };
        code.signature = key().sign(&code.message()).to_bytes();
        code
    }

    fn golden() -> LinkCode {
        code("Häuschen am Mühlweg", &[(DeviceRole::Grid, 17_000), (DeviceRole::Production, 6_400)])
    }

    #[test]
    fn the_golden_code_is_what_it_always_was() {
        assert_eq!(golden().to_text(), GOLDEN.trim());
        assert_eq!(LinkCode::from_text(GOLDEN), Ok(golden()));
        assert_eq!(golden().home_name().as_deref(), Some("Häuschen am Mühlweg"));
    }

    #[test]
    fn a_code_verifies_as_the_chain_verifies_it() {
        assert!(golden().is_signed_by(&golden().gateway.0));
        assert!(!LinkCode { site: SiteId(8), ..golden() }.is_signed_by(&golden().gateway.0));
    }

    #[test]
    fn half_a_code_is_refused_wherever_it_was_cut() {
        let text = golden().to_text();
        for end in 0..text.len() {
            assert!(LinkCode::from_text(&text[..end]).is_err(), "{end}");
        }
        assert_eq!(LinkCode::from_text(&format!("{text}AAAA")), Err(LinkCodeError::NotWhole));
    }

    #[test]
    fn another_version_and_other_letters_are_named() {
        assert_eq!(LinkCode::from_text(&to_letters(&[2, 0, 0])), Err(LinkCodeError::Version(2)));
        assert_eq!(LinkCode::from_text("{\"gateway\":1}"), Err(LinkCodeError::Letters));
        assert_eq!(LinkCode::from_text(&"A".repeat(MAX_LINK_CODE_LETTERS + 1)), Err(LinkCodeError::Letters));
        assert_eq!(LinkCode::from_text(""), Err(LinkCodeError::NotWhole));
    }

    #[test]
    fn the_longest_code_fits() {
        let most = vec![(DeviceRole::Storage, u32::MAX); MAX_LINKED_DEVICES as usize];
        let longest = code(&"x".repeat(MAX_HOME_NAME_BYTES as usize), &most);
        assert!(longest.to_text().len() <= MAX_LINK_CODE_LETTERS);
        assert_eq!(LinkCode::from_text(&longest.to_text()), Ok(longest));
    }

    proptest! {
        #[test]
        fn letters_give_back_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(from_letters(&to_letters(&bytes)), Some(bytes));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9_-]{0,600}") {
            let _ = LinkCode::from_text(&text);
        }
    }
}
