//! Frames: the length of the bytes (u32, little endian), the first four bytes of their blake2_256, the bytes.

use super::Entry;
use codec::{DecodeAll, Encode};
use deren_primitives::blake2_256;
use std::io::{self, Read};

/// No entry is longer; what claims to be is damaged.
const MAX_BYTES: u32 = 1024;

/// What the next bytes of a file are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// An entry.
    Entry(Box<Entry>),
    /// Nothing, or a frame that was never written whole.
    End,
    /// A frame whose bytes are not those that were written.
    Damaged,
}

/// Adds an entry's frame to `bytes`.
pub(super) fn put(bytes: &mut Vec<u8>, entry: &Entry) {
    let content = entry.encode();
    bytes.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(checksum(&content));
    bytes.extend(content);
}

/// The next entry of a file.
pub(super) fn next(from: &mut impl Read) -> io::Result<Next> {
    let mut head = [0; 8];
    if !fill(from, &mut head)? {
        return Ok(Next::End);
    }
    let [a, b, c, d, sum @ ..] = head;
    let len = u32::from_le_bytes([a, b, c, d]);
    if len == 0 {
        // A file system may show a part that was never written as zeros.
        return Ok(Next::End);
    }
    if len > MAX_BYTES {
        return Ok(Next::Damaged);
    }
    let mut content = vec![0; usize::try_from(len).unwrap_or_default()];
    if !fill(from, &mut content)? {
        return Ok(Next::End);
    }
    let entry = Entry::decode_all(&mut &*content).ok().filter(|_| checksum(&content) == sum);
    Ok(entry.map_or(Next::Damaged, |entry| Next::Entry(Box::new(entry))))
}

/// How many bytes from the start are whole frames, and whether a damaged one follows.
pub(super) fn whole_bytes(file: &std::fs::File) -> io::Result<(u64, bool)> {
    let mut from = io::BufReader::new(file);
    let mut whole = 0u64;
    loop {
        match next(&mut from)? {
            Next::Entry(entry) => {
                whole = whole.saturating_add(8).saturating_add(u64::try_from(entry.encoded_size()).unwrap_or(u64::MAX));
            }
            Next::End => return Ok((whole, false)),
            Next::Damaged => return Ok((whole, true)),
        }
    }
}

/// False if there were fewer bytes.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn checksum(content: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = blake2_256(content);
    [a, b, c, d]
}
