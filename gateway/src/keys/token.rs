//! Keys on a PKCS #11 token (a smart card, an HSM, a TPM, SoftHSM). They are made there and sign there, and their
//! secrets never come out. The token's library is loaded when the gateway starts.

use super::{secret_from, uri::TokenUri};
use crate::error::GatewayError;
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::{
        Mechanism,
        eddsa::{EddsaParams, EddsaSignatureScheme},
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use deren_primitives::{PublicKey, Signature};
use rand::{TryRngCore, rngs::OsRng};
use std::sync::{Mutex, PoisonError};

/// The curve by its name and by its object identifier (RFC 8410): libraries know one or the other.
const ED25519: [&[u8]; 2] = [b"\x13\x0cedwards25519", &[0x06, 0x03, 0x2b, 0x65, 0x70]];

/// The keys with one label on one token.
pub struct TokenKeys {
    uri: TokenUri,
    /// Opened anew after a failure: a token may be pulled out and put in again.
    session: Mutex<Option<Session>>,
}

impl TokenKeys {
    pub(super) fn open(uri: &TokenUri) -> Result<Self, GatewayError> {
        let keys = Self { uri: uri.clone(), session: Mutex::new(None) };
        keys.with(|_| Ok(()))?;
        Ok(keys)
    }

    pub(super) fn list(&self) -> Result<Vec<PublicKey>, GatewayError> {
        self.with(|session| Ok(self.public_keys(session)?.into_iter().map(|(key, _)| key).collect()))
    }

    pub(super) fn generate(&self) -> Result<PublicKey, GatewayError> {
        let mut id = [0; 16];
        OsRng
            .try_fill_bytes(&mut id)
            .map_err(|error| self.failed(format!("no randomness from the system: {error}")))?;
        let label = || Attribute::Label(self.uri.object.as_bytes().to_vec());
        self.with(|session| {
            let private = [
                label(),
                Attribute::Id(id.to_vec()),
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
            ];
            let mut result = Err(Error::NotSupported);
            for curve in ED25519 {
                let public = [
                    label(),
                    Attribute::Id(id.to_vec()),
                    Attribute::Token(true),
                    Attribute::Private(false),
                    Attribute::Verify(true),
                    Attribute::EcParams(curve.to_vec()),
                ];
                result = session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private);
                if result.is_ok() {
                    break;
                }
            }
            let (public, _) = result.map_err(|error| format!("it makes no Ed25519 key: {error}"))?;
            self.key_of(session, public)?.ok_or_else(|| "it does not show the key that it made".to_owned())
        })
    }

    pub(super) fn sign(&self, by: &PublicKey, message: &[u8]) -> Result<Signature, GatewayError> {
        self.with(|session| {
            let keys = self.public_keys(session)?;
            let (_, public) = keys
                .iter()
                .find(|(key, _)| key == by)
                .ok_or_else(|| format!("does not hold the key 0x{}", hex::encode(by)))?;
            let attributes =
                session.get_attributes(*public, &[AttributeType::Id]).map_err(|error| error.to_string())?;
            let mut template = self.template(ObjectClass::PRIVATE_KEY);
            template.extend(attributes);
            let private = session.find_objects(&template).map_err(|error| error.to_string())?;
            let private = private.first().ok_or("has the public key but not its secret")?;
            let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
            let signature = session.sign(&mechanism, *private, message).map_err(|error| error.to_string())?;
            signature.try_into().map_err(|_| "its signature is not 64 bytes".to_owned())
        })
    }

    fn template(&self, class: ObjectClass) -> Vec<Attribute> {
        let label = Attribute::Label(self.uri.object.as_bytes().to_vec());
        vec![Attribute::Class(class), Attribute::KeyType(KeyType::EC_EDWARDS), label]
    }

    fn public_keys(&self, session: &Session) -> Result<Vec<(PublicKey, ObjectHandle)>, String> {
        let objects =
            session.find_objects(&self.template(ObjectClass::PUBLIC_KEY)).map_err(|error| error.to_string())?;
        let mut keys = Vec::with_capacity(objects.len());
        for object in objects {
            keys.extend(self.key_of(session, object)?.map(|key| (key, object)));
        }
        Ok(keys)
    }

    fn key_of(&self, session: &Session, object: ObjectHandle) -> Result<Option<PublicKey>, String> {
        let attributes =
            session.get_attributes(object, &[AttributeType::EcPoint]).map_err(|error| error.to_string())?;
        Ok(attributes.iter().find_map(|attribute| match attribute {
            Attribute::EcPoint(point) => bare(point),
            _ => None,
        }))
    }

    /// Works with a session; after a failure the next one begins afresh.
    fn with<T>(&self, work: impl Fn(&Session) -> Result<T, String>) -> Result<T, GatewayError> {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = held.as_ref()
            && let Ok(done) = work(session)
        {
            return Ok(done);
        }
        *held = None;
        let session = self.begin()?;
        let done = work(&session).map_err(|reason| self.failed(reason))?;
        *held = Some(session);
        Ok(done)
    }

    fn begin(&self) -> Result<Session, GatewayError> {
        let uri = &self.uri;
        let module = Pkcs11::new(&uri.module)
            .map_err(|error| self.failed(format!("the library {} cannot be loaded: {error}", uri.module.display())))?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(self.failed(error)),
        }
        let mut found = None;
        for slot in module.get_slots_with_initialized_token().map_err(|error| self.failed(error))? {
            let info = module.get_token_info(slot).map_err(|error| self.failed(error))?;
            let label = uri.token.as_deref().is_none_or(|token| token == info.label());
            if label && uri.serial.as_deref().is_none_or(|serial| serial == info.serial_number()) {
                found = Some(slot);
                break;
            }
        }
        let slot = found.ok_or_else(|| self.failed("there is no such token: is it plugged in?"))?;
        let session = module.open_rw_session(slot).map_err(|error| self.failed(error))?;
        let pin = secret_from(&uri.pin)?;
        match session.login(UserType::User, Some(&AuthPin::new(pin.as_str().into()))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(self.failed(format!("the PIN in {} does not open it: {error}", uri.pin.display()))),
        }
    }

    fn failed(&self, reason: impl ToString) -> GatewayError {
        GatewayError::Key { key: super::KeyUri::Token(self.uri.clone()).to_string(), reason: reason.to_string() }
    }
}

/// The 32 bytes of a key; tokens wrap them as an octet string (PKCS #11 2.40), a bit string, or not at all (3.0).
fn bare(point: &[u8]) -> Option<PublicKey> {
    match point {
        [0x04, 0x20, key @ ..] | [0x03, 0x21, 0x00, key @ ..] if key.len() == 32 => key.try_into().ok(),
        key => key.try_into().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_understood_however_it_is_wrapped() {
        let key = [4; 32];
        assert_eq!(bare(&[&[0x04, 0x20], &key[..]].concat()), Some(key));
        assert_eq!(bare(&[&[0x03, 0x21, 0x00], &key[..]].concat()), Some(key));
        assert_eq!(bare(&key), Some(key));
        assert_eq!(bare(&key[..31]), None);
        assert_eq!(bare(&[]), None);
    }
}
