//! `verify`: checks a file of exported readings, with nothing but the file.

use super::print_line;
use anyhow::Context;
use deren_gateway::proof::{self, Failure, TrustedKey};
use deren_primitives::{DeviceId, Hex};
use serde::Serialize;
use std::{fs::File, io::BufReader, path::Path, process::ExitCode};

#[derive(Serialize)]
struct Refused<'f> {
    ok: bool,
    line: u64,
    device: Option<DeviceId>,
    sequence: Option<u64>,
    fault: proof::FaultKind,
    why: &'f str,
}

/// Exit code 0 if everything holds, 1 with the first fault, 2 if it is no such file or cannot be read.
pub(crate) fn verify(file: &Path, keys: &[String]) -> anyhow::Result<ExitCode> {
    let trusted = keys.iter().map(|text| trusted_key(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let name = file.display();
    let opened = File::open(file).with_context(|| format!("{name}"))?;
    match proof::verify(BufReader::new(opened), &trusted) {
        Ok(summary) => {
            print_line(&summary)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(Failure::Fault(fault)) => {
            eprintln!("{name}: {fault}");
            let proof::Fault { line, device, sequence, fault, why } = &fault;
            let (device, sequence, fault) = (*device, *sequence, *fault);
            print_line(&Refused { ok: false, line: *line, device, sequence, fault, why })?;
            Ok(ExitCode::FAILURE)
        }
        Err(Failure::Unreadable { line, reason }) => anyhow::bail!("{name}: line {line}: {reason}"),
    }
}

fn trusted_key(text: &str) -> anyhow::Result<TrustedKey> {
    let parse = || {
        let (epoch, key) = text.split_once(':')?;
        Some(TrustedKey { key_epoch: epoch.parse().ok()?, public_key: Hex::parse_as_written(key)? })
    };
    parse().with_context(|| {
        format!("--key is `{text}`, it should be the key's epoch, `:`, 0x and 64 hexadecimal digits in lower case")
    })
}
