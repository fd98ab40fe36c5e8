//! The public key of a certificate of any X.509 version. Devices in homes sign certificates of version 1 too, which
//! libraries for the web refuse. It judges nothing else: a certificate is trusted by its fingerprint alone.

use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
/// Context tag 0, in which a certificate says its version. One of version 1 does not.
const VERSION: u8 = 0xa0;

/// What a certificate says of its public key (RFC 5280, section 4.1).
pub(super) struct PublicKey<'a> {
    /// The whole `SubjectPublicKeyInfo`.
    info: &'a [u8],
    /// Content of its `AlgorithmIdentifier`.
    algorithm: &'a [u8],
    key: &'a [u8],
}

impl<'a> PublicKey<'a> {
    /// # Errors
    /// [`CertificateError::BadEncoding`] if these bytes are no certificate.
    pub(super) fn of(certificate: &'a [u8]) -> Result<Self, Error> {
        Self::find(certificate).ok_or_else(|| CertificateError::BadEncoding.into())
    }

    fn find(mut certificate: &'a [u8]) -> Option<Self> {
        let mut signed = take(&mut certificate, SEQUENCE)?.content;
        let mut fields = take(&mut signed, SEQUENCE)?.content;
        let _version = take(&mut fields, VERSION);
        let _serial_number = take(&mut fields, INTEGER)?;
        for _ in ["signature", "issuer", "validity", "subject"] {
            take(&mut fields, SEQUENCE)?;
        }
        let info = take(&mut fields, SEQUENCE)?;
        let mut parts = info.content;
        let algorithm = take(&mut parts, SEQUENCE)?.content;
        // The first byte says how many bits of the last one are unused: none of a key's.
        let key = take(&mut parts, BIT_STRING)?.content.strip_prefix(&[0])?;
        Some(Self { info: info.whole, algorithm, key })
    }

    /// True only if this key signed what the server of a TLS 1.2 handshake says.
    ///
    /// # Errors
    /// [`CertificateError::BadSignature`] if it did not.
    pub(super) fn signed_tls12(
        &self,
        message: &[u8],
        signed: &DigitallySignedStruct,
        known: &WebPkiSupportedAlgorithms,
    ) -> Result<HandshakeSignatureValid, Error> {
        let of_scheme = known.mapping.iter().filter(|(scheme, _)| *scheme == signed.scheme);
        let mut of_key = of_scheme
            .flat_map(|(_, algorithms)| algorithms.iter())
            .filter(|algorithm| *algorithm.public_key_alg_id() == *self.algorithm);
        match of_key.any(|algorithm| algorithm.verify_signature(self.key, message, signed.signature()).is_ok()) {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(CertificateError::BadSignature.into()),
        }
    }

    /// The same of a TLS 1.3 handshake.
    ///
    /// # Errors
    /// [`Error::InvalidCertificate`] if it did not.
    pub(super) fn signed_tls13(
        &self,
        message: &[u8],
        signed: &DigitallySignedStruct,
        known: &WebPkiSupportedAlgorithms,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature_with_raw_key(message, &self.info.into(), signed, known)
    }
}

/// A value in DER.
struct Value<'a> {
    /// With its tag and length.
    whole: &'a [u8],
    content: &'a [u8],
}

/// Takes a value with that tag, of less than 64 kB, off the front of `bytes`; nothing if there is none.
fn take<'a>(bytes: &mut &'a [u8], tag: u8) -> Option<Value<'a>> {
    let (head, length) = match *bytes {
        [found, _, ..] if *found != tag => return None,
        [_, length @ 0..=0x7f, ..] => (2, usize::from(*length)),
        [_, 0x81, length, ..] => (3, usize::from(*length)),
        [_, 0x82, high, low, ..] => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        _ => return None,
    };
    let (whole, rest) = bytes.split_at_checked(head + length)?;
    *bytes = rest;
    Some(Value { whole, content: whole.get(head..)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};

    /// Made by OpenSSL, of version 1.
    const OLD: &[u8] = include_bytes!("../../../tests/certificates/version-1.pem");

    fn old() -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(OLD).expect("a certificate")
    }

    #[test]
    fn the_key_is_found_in_certificates_of_versions_1_and_3() {
        let old = old();
        let key = PublicKey::of(&old).expect("found");
        // An RSA key of 2048 bits with its exponent.
        assert_eq!((key.algorithm.len(), key.key.len(), key.info.len()), (13, 270, 294));
        let new = rcgen::generate_simple_self_signed(vec!["envoy.local".into()]).expect("a certificate");
        let bytes = new.serialize_der().expect("encoded");
        let key = PublicKey::of(&bytes).expect("found");
        assert_eq!(key.info, new.get_key_pair().public_key_der());
        assert_eq!(key.key, new.get_key_pair().public_key_raw());
    }

    #[test]
    fn a_certificate_that_is_cut_off_has_no_key() {
        let old = old();
        for length in 0..old.len() {
            assert!(PublicKey::of(&old[..length]).is_err(), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_key_or_none(bytes: Vec<u8>, at in 0..900usize, value: u8) {
            let _ = PublicKey::of(&bytes).is_ok();
            let mut changed = old().to_vec();
            if let Some(byte) = changed.get_mut(at) {
                *byte = value;
            }
            if let Ok(key) = PublicKey::of(&changed) {
                prop_assert!(key.info.len() > key.key.len());
            }
        }
    }
}
