//! Keys and signatures as bytes.

/// An Ed25519 public key.
pub type PublicKey = [u8; 32];

/// An Ed25519 signature. Others of the same bytes may be valid too: nothing may be keyed on it.
pub type Signature = [u8; 64];
