//! Accounts as people write them: SS58 with the chain's prefix 42, or 32 bytes as `0x…`.

use blake2::{Blake2b512, Digest};
use deren_primitives::Hex;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{fmt, str::FromStr};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// The chain's SS58 prefix.
pub const SS58_PREFIX: u8 = 42;

/// What both forms look like: 35 bytes that begin with prefix 42 are 48 digits of base 58, of which the first is 5.
const PATTERN: &str = "^(5[1-9A-HJ-NP-Za-km-z]{47}|0x[0-9A-Fa-f]{64})$";

const CHECKSUM_DOMAIN: &[u8] = b"SS58PRE";
const CHECKSUM_LENGTH: usize = 2;

/// An account of the chain: its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 32]);

/// Why a text is no address of this chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither SS58 nor 64 hexadecimal digits.
    #[error("an address is SS58 text or 0x and 64 hexadecimal digits")]
    NotAnAddress,
    /// SS58 of another chain.
    #[error("the address is written for another chain (SS58 prefix {0}); write it with prefix {SS58_PREFIX}")]
    OtherPrefix(u8),
    /// A typing error.
    #[error("the address's checksum is wrong: compare it with the original")]
    Checksum,
}

impl Address {
    /// Reads an account as the database keeps it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let hash = Blake2b512::new().chain_update(CHECKSUM_DOMAIN).chain_update(payload).finalize();
    [hash[0], hash[1]]
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.starts_with("0x") {
            return Hex::parse(text).map(Self).ok_or(AddressError::NotAnAddress);
        }
        // Room for any SS58 form of 32 bytes; longer text is no address and costs nothing.
        let mut buffer = [0; 40];
        let length = bs58::decode(text).onto(&mut buffer[..]).map_err(|_| AddressError::NotAnAddress)?;
        let decoded = buffer.get(..length).ok_or(AddressError::NotAnAddress)?;
        let [prefix, ..] = decoded else { return Err(AddressError::NotAnAddress) };
        if *prefix != SS58_PREFIX {
            return Err(AddressError::OtherPrefix(*prefix));
        }
        let (payload, given) = decoded.split_last_chunk::<CHECKSUM_LENGTH>().ok_or(AddressError::NotAnAddress)?;
        let account = payload.get(1..).and_then(Self::from_bytes).ok_or(AddressError::NotAnAddress)?;
        if checksum(payload) == *given { Ok(account) } else { Err(AddressError::Checksum) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![SS58_PREFIX];
        bytes.extend(self.0);
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        f.write_str(&bs58::encode(bytes).into_string())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl sqlx::Type<sqlx::Postgres> for Address {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <[u8] as sqlx::Type<sqlx::Postgres>>::type_info()
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for Address {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Self::from_bytes(<&[u8]>::decode(value)?).ok_or_else(|| "an account is not 32 bytes".into())
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl PartialSchema for Address {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(PATTERN))
            .description(Some("An account: SS58 with prefix 42 (0x and 64 hexadecimal digits are read, too)"))
            .into()
    }
}

impl ToSchema for Address {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const ALICE_HEX: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn reads_and_prints_a_well_known_address() {
        let alice: Address = ALICE.parse().expect("an address");
        assert_eq!(alice.to_string(), ALICE);
        assert_eq!(ALICE_HEX.parse(), Ok(alice));
    }

    #[test]
    fn a_mistyped_address_is_refused() {
        let mistyped = ALICE.replace("KutQY", "KutQZ");
        assert_eq!(mistyped.parse::<Address>(), Err(AddressError::Checksum));
    }

    #[test]
    fn an_address_of_another_chain_is_refused() {
        // The same account with Polkadot's prefix 0.
        let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
        assert_eq!(polkadot.parse::<Address>(), Err(AddressError::OtherPrefix(0)));
    }

    proptest! {
        #[test]
        fn every_account_survives_printing(bytes: [u8; 32]) {
            let address = Address(bytes);
            let text = address.to_string();
            prop_assert!(text.len() == 48 && text.starts_with('5'), "the pattern does not hold for {}", text);
            prop_assert_eq!(text.parse(), Ok(address));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in ".{0,80}") {
            let _ = text.parse::<Address>();
        }
    }
}
