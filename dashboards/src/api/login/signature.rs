//! Whether an account's owner signed a text. Knows nothing of sessions or databases.

use crate::api::address::Address;
use deren_primitives::hex_digits;

/// The context in which Substrate's sr25519 keys sign.
const SR25519_CONTEXT: &[u8] = b"substrate";
const SIGNATURE_LENGTH: usize = 64;
const ED25519_TAG: u8 = 0;
const SR25519_TAG: u8 = 1;
/// A `MultiSignature` of kind ECDSA: its tag and 65 bytes.
const ECDSA_LENGTH: usize = 66;

/// A signature as wallets give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoginSignature {
    scheme: Scheme,
    bytes: [u8; SIGNATURE_LENGTH],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Ed25519,
    Sr25519,
    /// Nobody said: it is tried as both.
    Either,
}

/// Why a text is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not hexadecimal digits.
    #[error("the signature is not 0x and hexadecimal digits")]
    NotHex,
    /// Neither 64 bytes nor a `MultiSignature`.
    #[error("a signature has 64 bytes, or 65 with the leading kind of a MultiSignature (0 ed25519, 1 sr25519)")]
    Length,
    /// ECDSA accounts are no keys but hashes of keys.
    #[error("accounts with ECDSA keys cannot log in: use one with an ed25519 or sr25519 key")]
    Ecdsa,
}

impl LoginSignature {
    /// Reads 64 bytes of ed25519 or sr25519, or a `MultiSignature` of either, as `0x…`.
    pub fn from_hex(text: &str) -> Result<Self, SignatureError> {
        let digits = hex_digits(text);
        if digits.len() > 2 * ECDSA_LENGTH {
            return Err(SignatureError::Length);
        }
        let bytes = hex::decode(digits).map_err(|_| SignatureError::NotHex)?;
        let signature = |scheme, bytes: &[u8]| {
            bytes.try_into().map(|bytes| Self { scheme, bytes }).map_err(|_| SignatureError::Length)
        };
        match bytes.split_first() {
            Some((&ED25519_TAG, rest)) if rest.len() == SIGNATURE_LENGTH => signature(Scheme::Ed25519, rest),
            Some((&SR25519_TAG, rest)) if rest.len() == SIGNATURE_LENGTH => signature(Scheme::Sr25519, rest),
            Some((_, rest)) if rest.len() == ECDSA_LENGTH - 1 => Err(SignatureError::Ecdsa),
            _ => signature(Scheme::Either, &bytes),
        }
    }

    /// True if `account` signed `text`, plain or between `<Bytes>` and `</Bytes>` as wallet extensions sign.
    pub fn is_by(&self, account: Address, text: &str) -> bool {
        let wrapped = format!("<Bytes>{text}</Bytes>");
        [text, wrapped.as_str()].into_iter().any(|message| {
            let message = message.as_bytes();
            match self.scheme {
                Scheme::Ed25519 => self.is_ed25519(account, message),
                Scheme::Sr25519 => self.is_sr25519(account, message),
                Scheme::Either => self.is_sr25519(account, message) || self.is_ed25519(account, message),
            }
        })
    }

    fn is_ed25519(&self, account: Address, message: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&self.bytes);
        ed25519_dalek::VerifyingKey::from_bytes(&account.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    fn is_sr25519(&self, account: Address, message: &[u8]) -> bool {
        let Ok(key) = schnorrkel::PublicKey::from_bytes(&account.0) else { return false };
        let Ok(signature) = schnorrkel::Signature::from_bytes(&self.bytes) else { return false };
        key.verify_simple(SR25519_CONTEXT, message, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::Hex;
    use ed25519_dalek::Signer;
    use proptest::prelude::*;

    const TEXT: &str = "log in to DeREN";

    fn ed25519() -> (Address, impl Fn(&[u8]) -> [u8; 64]) {
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        (Address(key.verifying_key().to_bytes()), move |message: &[u8]| key.sign(message).to_bytes())
    }

    fn sr25519() -> (Address, impl Fn(&[u8]) -> [u8; 64]) {
        let seed = schnorrkel::MiniSecretKey::from_bytes(&[8; 32]).expect("a seed");
        let pair = seed.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let address = Address(pair.public.to_bytes());
        (address, move |message: &[u8]| pair.sign_simple(SR25519_CONTEXT, message).to_bytes())
    }

    fn parsed(tag: Option<u8>, signature: [u8; 64]) -> LoginSignature {
        let bytes: Vec<u8> = tag.into_iter().chain(signature).collect();
        LoginSignature::from_hex(&Hex(bytes).to_string()).expect("a signature")
    }

    #[test]
    fn both_schemes_are_told_apart_by_trying_and_by_their_tag() {
        let (ed, sign_ed) = ed25519();
        let (sr, sign_sr) = sr25519();
        for tag in [None, Some(ED25519_TAG)] {
            assert!(parsed(tag, sign_ed(TEXT.as_bytes())).is_by(ed, TEXT));
        }
        for tag in [None, Some(SR25519_TAG)] {
            assert!(parsed(tag, sign_sr(TEXT.as_bytes())).is_by(sr, TEXT));
        }
        assert!(!parsed(Some(SR25519_TAG), sign_ed(TEXT.as_bytes())).is_by(ed, TEXT));
    }

    #[test]
    fn a_text_wrapped_by_an_extension_counts() {
        let (sr, sign) = sr25519();
        assert!(parsed(None, sign(format!("<Bytes>{TEXT}</Bytes>").as_bytes())).is_by(sr, TEXT));
    }

    #[test]
    fn a_signature_over_another_text_or_by_another_account_is_none() {
        let (sr, sign) = sr25519();
        let (other, _) = ed25519();
        let signature = parsed(None, sign(TEXT.as_bytes()));
        assert!(!signature.is_by(sr, "log in to another chain"));
        assert!(!signature.is_by(other, TEXT));
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        // The neutral element as key and as R, with S = 0: accepted by lax verifiers for every message.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!parsed(Some(ED25519_TAG), signature).is_by(Address(neutral), TEXT));
        assert!(!parsed(None, [0; 64]).is_by(Address([0; 32]), TEXT));
    }

    #[test]
    fn what_is_no_signature_is_told_apart() {
        let read = LoginSignature::from_hex;
        assert_eq!(read("0xzz"), Err(SignatureError::NotHex));
        assert_eq!(read("0x00"), Err(SignatureError::Length));
        assert_eq!(read(&"00".repeat(ECDSA_LENGTH)), Err(SignatureError::Ecdsa));
        assert_eq!(read(&"00".repeat(1_000_000)), Err(SignatureError::Length));
    }

    proptest! {
        #[test]
        fn a_forged_signature_is_never_accepted(bytes in proptest::collection::vec(any::<u8>(), 64)) {
            let (sr, _) = sr25519();
            let (ed, _) = ed25519();
            let signature = LoginSignature::from_hex(&hex::encode(bytes)).expect("64 bytes");
            prop_assert!(!signature.is_by(sr, TEXT) && !signature.is_by(ed, TEXT));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in ".{0,140}") {
            let _ = LoginSignature::from_hex(&text);
        }
    }
}
