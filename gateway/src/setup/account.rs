//! An owner's account as people write it: SS58, or 32 bytes as `0x…`.

use blake2::{Blake2b512, Digest};
use deren_primitives::Hex;

const CHECKSUM_DOMAIN: &[u8] = b"SS58PRE";
/// What addresses of this chain begin with, as the runtime says.
const PREFIX: u8 = 42;

/// The account's 32 bytes.
///
/// # Errors
/// What is wrong with the text, for the person who typed it.
pub fn parse(text: &str) -> Result<[u8; 32], &'static str> {
    let text = text.trim();
    if text.starts_with("0x") {
        return Hex::parse(text).ok_or("An account in digits has 64 of them after 0x.");
    }
    // Prefix, 32 bytes, two of checksum. What is longer is no address, and costs nothing.
    let mut buffer = [0; 36];
    let none = "This is no account: copy the whole address, as your wallet or the dashboard shows it.";
    let length = bs58::decode(text).onto(&mut buffer[..]).map_err(|_| none)?;
    let Some([PREFIX, rest @ ..]) = buffer.get(..length) else { return Err(none) };
    let (account, checksum) = rest.split_first_chunk::<32>().ok_or(none)?;
    let hash = Blake2b512::new().chain_update(CHECKSUM_DOMAIN).chain_update([PREFIX]).chain_update(account).finalize();
    if checksum.len() != 2 || !hash.starts_with(checksum) {
        return Err("The account has a typing error: compare it with the original.");
    }
    Ok(*account)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alice, as subkey prints her.
    const TEXT: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const DIGITS: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn both_ways_of_writing_give_the_same_account() {
        assert_eq!(parse(TEXT), parse(&format!(" {DIGITS}\n")));
        assert!(parse(TEXT).expect("an account").starts_with(&[0xd4, 0x35]));
    }

    #[test]
    fn typing_errors_are_found() {
        assert!(parse(&TEXT.replace("5Grw", "5Grv")).expect_err("wrong").contains("typing error"));
        for wrong in ["", "0x12", "5Grwva", "someone", &TEXT[1..], &format!("{TEXT}{TEXT}")] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        // Polkadot's prefix.
        assert!(parse("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5").is_err());
    }
}
