//! TLS to a device in the home. Such a device signs its certificate itself, so nothing is trusted but the one
//! certificate whose fingerprint its owner named. Without one nothing is sent, and what the device shows is told.

mod certificate;

use super::escaped;
use crate::MeterError;
use certificate::PublicKey;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, DigitallySignedStruct, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, ring},
        pki_types::{CertificateDer, ServerName, UnixTime},
    },
};

/// Longest token, bytes.
const MAX_TOKEN_BYTES: u64 = 4_096;

/// How a device is known over HTTPS, and who we are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// SHA-256 fingerprint of its certificate.
    pub certificate: Option<[u8; 32]>,
    /// File whose first line is the token that its owner was given for it.
    pub token_file: Option<PathBuf>,
}

impl Access {
    /// A fingerprint from 64 hex digits, which may stand in pairs with `:` between them.
    pub(crate) fn fingerprint(text: &str) -> Option<[u8; 32]> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
        let mut fingerprint = [0; 32];
        hex::decode_to_slice(digits, &mut fingerprint).ok()?;
        Some(fingerprint)
    }

    /// The line of a request that says who we are, if the owner has a token.
    ///
    /// # Errors
    /// [`MeterError::File`] if the token cannot be read. It is never part of an error.
    pub(crate) fn authorization(&self) -> Result<String, MeterError> {
        let Some(path) = &self.token_file else { return Ok(String::new()) };
        let failed = |reason: String| MeterError::File { path: path.display().to_string(), reason };
        let text = first_line(path).map_err(|error| failed(error.to_string()))?;
        match text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.is_empty() {
            true => Ok(format!("Authorization: Bearer {text}\r\n")),
            false => Err(failed("its first line is no token".into())),
        }
    }

    /// An encrypted stream to that host, or why there is none.
    pub(crate) async fn encrypted(&self, host: &str, stream: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let verifier = Arc::new(Pinned { certificate: self.certificate, provider });
        let config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
            match error.get_ref().and_then(|inner| inner.downcast_ref()) {
                Some(rustls::Error::General(reason)) => reason.clone(),
                _ => error.to_string(),
            }
        })
    }
}

fn first_line(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_TOKEN_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().trim_end().to_owned())
}

/// As parameters of a URI.
impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(certificate) = &self.certificate {
            write!(f, "&certificate={}", hex::encode(certificate))?;
        }
        match &self.token_file {
            Some(file) => write!(f, "&token_file={}", escaped(&file.to_string_lossy())),
            None => Ok(()),
        }
    }
}

/// Takes one certificate, whoever signed it, for whatever name and time, of whatever X.509 version.
#[derive(Debug)]
struct Pinned {
    certificate: Option<[u8; 32]>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown: [u8; 32] = Sha256::digest(shown).into();
        let fingerprint = hex::encode(shown);
        match self.certificate {
            Some(certificate) if certificate == shown => Ok(ServerCertVerified::assertion()),
            Some(_) => Err(rustls::Error::General(format!(
                "its certificate is another one, with the SHA-256 fingerprint {fingerprint}; was it renewed, or does \
                 somebody else answer?"
            ))),
            None => Err(rustls::Error::General(format!(
                "its certificate has the SHA-256 fingerprint {fingerprint}; if that is the one of your device, add \
                 `&certificate={fingerprint}`"
            ))),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        PublicKey::of(certificate)?.signed_tls12(message, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        PublicKey::of(certificate)?.signed_tls13(message, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_64_hex_digits_with_or_without_colons() {
        let plain = "ab".repeat(32);
        let pairs = vec!["AB"; 32].join(":");
        assert_eq!(Access::fingerprint(&plain), Some([0xab; 32]));
        assert_eq!(Access::fingerprint(&pairs), Some([0xab; 32]));
        for bad in ["", "ab", &"xy".repeat(32), &"+a".repeat(32), &"ab".repeat(33)] {
            assert_eq!(Access::fingerprint(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_is_the_first_line_of_its_file_and_in_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let access = Access { certificate: None, token_file: Some(path.clone()) };
        assert!(matches!(access.authorization(), Err(MeterError::File { .. })), "there is none");
        std::fs::write(&path, "eyJ0.e30.c2ln\nmore").expect("written");
        assert_eq!(access.authorization().expect("a token"), "Authorization: Bearer eyJ0.e30.c2ln\r\n");
        for bad in ["", "\n", "secret\u{e4}", "secret secret", "secret\rHost: elsewhere"] {
            std::fs::write(&path, bad).expect("written");
            let error = access.authorization().expect_err(bad).to_string();
            assert!(error.contains("no token") && !error.contains("secret"), "{error}");
        }
    }
}
