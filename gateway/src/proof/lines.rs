//! From bytes to lines of bounded length, and from a line to what it says, in the one form that it has.

use super::{
    Failure, Fault, FaultKind,
    line::{FORMAT, Header, VERSION, VERSIONS},
    write::line_of,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::BufRead;

/// Lines of bounded length, each with its end.
pub(super) struct Lines<R> {
    file: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self { file, number: 0 }
    }

    /// Number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn next(&mut self, max_bytes: usize) -> Result<Option<Vec<u8>>, Failure> {
        let mut line = Vec::new();
        let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
        let read = std::io::Read::take(&mut self.file, limit).read_until(b'\n', &mut line);
        let number = self.number.saturating_add(1);
        read.map_err(|error| Failure::Unreadable { line: number, reason: error.to_string() })?;
        if line.is_empty() {
            return Ok(None);
        }
        self.number = number;
        if line.ends_with(b"\n") {
            return Ok(Some(line));
        }
        let too_long = line.len() == max_bytes;
        let why = if too_long { "is longer than any line of such a file" } else { "is cut: it has no end" };
        Err(match number {
            1 => Failure::Unreadable { line: 1, reason: format!("the header {why}: is this a file of readings?") },
            _ if too_long => Fault::at(number, FaultKind::NotALine, why).into(),
            _ => Fault::at(number, FaultKind::CutShort, why).into(),
        })
    }
}

/// A line, which must be in the one form that its content has.
pub(super) fn parse<T: DeserializeOwned + Serialize>(number: u64, line: &[u8]) -> Result<T, Fault> {
    let refuse = |why: String| Fault::at(number, FaultKind::NotALine, why);
    let value = serde_json::from_slice(line).map_err(|error| refuse(format!("not a line of this format: {error}")))?;
    match line_of(&value) {
        Ok(canonical) if canonical == line => Ok(value),
        _ => Err(refuse("is written otherwise than the format has it: other spaces, order or spelling".to_owned())),
    }
}

/// The first line; another format, or another version of it, is told apart from a broken file.
pub(super) fn parse_header(line: &[u8]) -> Result<Header, Failure> {
    #[derive(Deserialize)]
    struct Kind {
        format: Option<String>,
        version: Option<u32>,
    }
    let refuse = |reason: String| Failure::Unreadable { line: 1, reason };
    let kind: Kind = serde_json::from_slice(line)
        .map_err(|error| refuse(format!("not the header of a file of readings: {error}")))?;
    match (kind.format.as_deref(), kind.version) {
        (Some(FORMAT), Some(version)) if VERSIONS.contains(&version) => {}
        (Some(FORMAT), Some(other)) => {
            let reason = format!("version {other} of the format, this program reads up to {VERSION}: use a newer one");
            return Err(refuse(reason));
        }
        _ => return Err(refuse(format!("not the header of a file of readings: `format` should be `{FORMAT}`"))),
    }
    parse(1, line).map_err(|fault| refuse(fault.why))
}
