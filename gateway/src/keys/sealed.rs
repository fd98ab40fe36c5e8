//! Encryption of the key file under a passphrase: Argon2id makes a key of it (RFC 9106), ChaCha20-Poly1305 encrypts
//! (RFC 8439). Whoever copies the SD card has nothing without the passphrase.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::AeadInPlace};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: what OWASP recommends at least, and what a small machine has for a moment.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// A file that asks for more is not one of ours, and must not take all of a small machine's memory.
const MAX_MEMORY_KIB: u32 = 262_144;
const MAX_PASSES: u32 = 64;

/// What stands in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    argon2id_memory_kib: u32,
    argon2id_passes: u32,
    argon2id_lanes: u32,
    salt: String,
    nonce: String,
    content: String,
}

/// Encrypts `content` under `passphrase`.
pub(super) fn seal(content: &[u8], passphrase: &str) -> Result<Sealed, String> {
    let (mut salt, mut nonce) = ([0; 16], [0; 12]);
    for bytes in [&mut salt[..], &mut nonce[..]] {
        OsRng.try_fill_bytes(bytes).map_err(|error| format!("no randomness from the system: {error}"))?;
    }
    let (memory, passes, lanes) = COST;
    let mut bytes = content.to_vec();
    let tag = cipher(passphrase, &salt, COST)?
        .encrypt_in_place_detached(&nonce.into(), b"", &mut bytes)
        .map_err(|_| "it cannot be encrypted".to_owned())?;
    bytes.extend(tag);
    Ok(Sealed {
        argon2id_memory_kib: memory,
        argon2id_passes: passes,
        argon2id_lanes: lanes,
        salt: hex::encode(salt),
        nonce: hex::encode(nonce),
        content: hex::encode(bytes),
    })
}

/// The content again, if the passphrase is right.
pub(super) fn open(sealed: &Sealed, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let digits = |text: &str| hex::decode(text).map_err(|_| "its encrypted part is no hexadecimal number".to_owned());
    let cost = (sealed.argon2id_memory_kib, sealed.argon2id_passes, sealed.argon2id_lanes);
    if cost.0 > MAX_MEMORY_KIB || cost.1 > MAX_PASSES || cost.2 > 16 {
        return Err("it asks for more work than a gateway's key file does".to_owned());
    }
    let nonce: [u8; 12] = digits(&sealed.nonce)?.try_into().map_err(|_| "its nonce is not 12 bytes".to_owned())?;
    let mut bytes = Zeroizing::new(digits(&sealed.content)?);
    let end = bytes.len().checked_sub(16).ok_or("its encrypted part is too short")?;
    let tag: [u8; 16] = bytes.split_off(end).try_into().map_err(|_| "its encrypted part is too short".to_owned())?;
    cipher(passphrase, &digits(&sealed.salt)?, cost)?
        .decrypt_in_place_detached(&nonce.into(), b"", &mut bytes, &tag.into())
        .map_err(|_| "the passphrase is wrong, or the file was changed".to_owned())?;
    Ok(bytes)
}

fn cipher(passphrase: &str, salt: &[u8], cost: (u32, u32, u32)) -> Result<ChaCha20Poly1305, String> {
    let params = Params::new(cost.0, cost.1, cost.2, Some(32)).map_err(|error| error.to_string())?;
    let mut key = Zeroizing::new([0; 32]);
    let mut memory = vec![Block::default(); params.block_count()];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase.as_bytes(), salt, &mut *key, &mut memory)
        .map_err(|error| error.to_string())?;
    Ok(ChaCha20Poly1305::new(&(*key).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_and_no_other() {
        let sealed = seal(b"content", "correct horse").expect("sealed");
        assert_eq!(open(&sealed, "correct horse").expect("opened").as_slice(), b"content");
        assert!(open(&sealed, "correct horsf").expect_err("wrong").contains("passphrase is wrong"));
        assert!(!serde_json::to_string(&sealed).expect("text").contains(&hex::encode(b"content")));
    }

    #[test]
    fn two_files_with_one_passphrase_have_nothing_in_common() {
        let (one, two) = (seal(b"content", "p").expect("sealed"), seal(b"content", "p").expect("sealed"));
        assert!(one.salt != two.salt && one.nonce != two.nonce && one.content != two.content);
    }

    #[test]
    fn a_changed_or_greedy_file_is_refused() {
        let sealed = seal(b"content", "p").expect("sealed");
        let mut changed = sealed.clone();
        changed.content.replace_range(0..1, if sealed.content.starts_with('0') { "1" } else { "0" });
        assert!(open(&changed, "p").is_err());
        assert!(open(&Sealed { content: "00".into(), ..sealed.clone() }, "p").is_err());
        assert!(open(&Sealed { nonce: "zz".into(), ..sealed.clone() }, "p").is_err());
        assert!(
            open(&Sealed { argon2id_memory_kib: u32::MAX, ..sealed }, "p").expect_err("greedy").contains("more work")
        );
    }
}
