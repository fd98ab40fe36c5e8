//! Checks a file of exported readings, offline and line by line: memory does not grow with its length. It judges
//! signatures exactly as the chain does, and stops at the first thing that does not hold.

use super::{
    DeviceSummary, Failure, Fault, FaultKind,
    chain::{Chain, check_samples},
    handover::{TrustedKey, proven_keys},
    line::{
        End, FORMAT, Header, MAX_DEVICES, MAX_HEADER_BYTES, MAX_KEYS, MAX_LINE_BYTES, ProvenReading, ReadingLine,
        SAMPLED_PREFIX, SampledLine, SealedReading, VERSION,
    },
    lines::{Lines, parse, parse_header},
    period::Period,
};
use blake2::{Blake2b, Digest, digest::consts::U32};
use deren_primitives::{
    DeviceId, GatewayId, Hex, IntervalReading, MAX_READINGS_PER_BATCH, PublicKey, ReadingHash, Signature, Slot,
    export_message, interval_message, verify as is_signed,
};
use serde::Serialize;
use std::{collections::BTreeMap, io::BufRead};

/// How the last line begins; no other line may.
const END_PREFIX: &[u8] = b"{\"end\":";

/// What a file shows, once all of it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// True.
    pub ok: bool,
    /// Whose readings.
    pub gateway: GatewayId,
    /// Of which chain.
    pub genesis: Hex<[u8; 32]>,
    /// Start of the time exported, in seconds since 1970.
    pub from_unix_s: u64,
    /// Its end.
    pub to_unix_s: u64,
    /// Epochs of keys that only the caller vouches for; no signature in the file hands over to them.
    pub key_epochs_taken_on_trust: Vec<u32>,
    /// How many readings.
    pub readings: u64,
    /// What each device's readings show.
    pub devices: Vec<DeviceSummary>,
}

/// Checks everything in `file`, down to its last line.
///
/// # Errors
/// [`Failure::Unreadable`] if it cannot be read or is no such file; otherwise the first fault.
pub fn verify(file: impl BufRead, trusted: &[TrustedKey]) -> Result<Summary, Failure> {
    let mut lines = Lines::new(file);
    let first = lines.next(MAX_HEADER_BYTES)?.unwrap_or_default();
    let header = parse_header(&first)?;
    let mut verifier = Verifier::new(header, trusted)?;
    let mut hash = Blake2b::<U32>::new();
    hash.update(&first);
    loop {
        let Some(line) = lines.next(MAX_LINE_BYTES)? else {
            let why = "the file stops before its last line: it was cut";
            return Err(Fault::at(lines.number().saturating_add(1), FaultKind::CutShort, why).into());
        };
        if line.starts_with(END_PREFIX) {
            let end: End = parse(lines.number(), &line)?;
            let summary = verifier.end(lines.number(), &end, hash.finalize().into())?;
            if lines.next(MAX_LINE_BYTES)?.is_some() {
                return Err(
                    Fault::at(lines.number(), FaultKind::AfterTheEnd, "comes after the file's last line").into()
                );
            }
            return Ok(summary);
        }
        let shown = verifier.shown(lines.number(), &line)?;
        verifier.take(lines.number(), shown)?;
        hash.update(&line);
    }
}

/// What a line says of a reading.
struct Shown {
    reading: IntervalReading,
    hash: ReadingHash,
    samples: Result<(), (FaultKind, String)>,
    key_epoch: u32,
    /// What the gateway signed, if such a thing can be signed at all.
    message: Option<Vec<u8>>,
    signature: Signature,
}

struct Verifier {
    header: Header,
    period: Period,
    keys: BTreeMap<u32, PublicKey>,
    on_trust: Vec<u32>,
    chains: BTreeMap<DeviceId, Chain>,
    readings: u64,
}

impl Verifier {
    fn new(header: Header, trusted: &[TrustedKey]) -> Result<Self, Fault> {
        let refuse = |why: &str| Err(Fault::at(1, FaultKind::BadHeader, why));
        if header.keys.is_empty() || header.keys.len() > MAX_KEYS || header.devices.len() > MAX_DEVICES {
            return refuse("no key, or more keys or devices than a file may have");
        }
        if header.slot_seconds == 0 || header.slot_energy_seconds == 0 || header.from_slot >= header.to_slot {
            return refuse("slots without a length, or no time between `from_slot` and `to_slot`");
        }
        let rising = header.keys.windows(2).all(|pair| matches!(pair, [a, b] if a.key_epoch < b.key_epoch));
        let sorted = header.devices.windows(2).all(|pair| matches!(pair, [a, b] if a.device < b.device));
        if !rising || !sorted {
            return refuse("keys are not in the order of their epochs, or devices not in the order of their ids");
        }
        let period = Period { from: Slot(header.from_slot), to: Slot(header.to_slot) };
        let (keys, on_trust) = proven_keys(&header, trusted)?;
        let chains = header.devices.iter().map(|device| (DeviceId(device.device.0), Chain::new(device))).collect();
        Ok(Self { header, period, keys, on_trust, chains, readings: 0 })
    }

    /// What the line says, of whichever version its reading is.
    fn shown(&self, number: u64, line: &[u8]) -> Result<Shown, Fault> {
        let (genesis, gateway) = (&self.header.genesis.0, GatewayId(self.header.gateway.0));
        if !line.starts_with(SAMPLED_PREFIX) || self.header.version < VERSION {
            let SealedReading { reading, key_epoch, signature } =
                SealedReading::from(&parse::<ReadingLine>(number, line)?);
            let hash = reading.hash();
            let message = Some(interval_message(genesis, gateway, key_epoch, hash));
            return Ok(Shown { reading, hash, samples: Ok(()), key_epoch, message, signature });
        }
        let ProvenReading { reading, proof } = ProvenReading::try_from(&parse::<SampledLine>(number, line)?)
            .map_err(|why| Fault::at(number, FaultKind::NotALine, why))?;
        let hash = reading.hash();
        let can_be = proof.path.leaves <= MAX_READINGS_PER_BATCH;
        Ok(Shown {
            hash,
            samples: check_samples(&reading),
            key_epoch: proof.key_epoch,
            message: proof.message(genesis, gateway, hash).filter(|_| can_be),
            signature: proof.signature,
            reading: reading.interval,
        })
    }

    fn take(&mut self, line: u64, shown: Shown) -> Result<(), Fault> {
        let reading = &shown.reading;
        let here = |(fault, why): (FaultKind, String)| Fault {
            line,
            device: Some(reading.device),
            sequence: Some(reading.sequence),
            fault,
            why,
        };
        let refuse = |fault: FaultKind, why: &str| Err(here((fault, why.to_owned())));
        let Some(chain) = self.chains.get_mut(&reading.device) else {
            return refuse(FaultKind::UnknownDevice, "the header does not name this device");
        };
        let Some(key) = self.keys.get(&shown.key_epoch) else {
            return refuse(FaultKind::BadSignature, "it is signed with a key that the header does not have");
        };
        let Some(message) = shown.message else {
            return refuse(FaultKind::BadSignature, "no batch has a reading at the place that it names");
        };
        if !is_signed(key, &message, &shown.signature) {
            return refuse(FaultKind::BadSignature, "its signature is not the gateway's over what it says");
        }
        shown.samples.map_err(here)?;
        chain.take(reading, shown.hash).map_err(here)?;
        if !self.period.contains(reading.first_slot) {
            let why =
                format!("begins with slot {}, not in {} to {}", reading.first_slot, self.period.from, self.period.to);
            return Err(here((FaultKind::OutsideTime, why)));
        }
        self.readings = self.readings.saturating_add(1);
        Ok(())
    }

    fn end(self, line: u64, end: &End, file_hash: [u8; 32]) -> Result<Summary, Fault> {
        let refuse = |fault_kind: FaultKind, why: String| Err(Fault::at(line, fault_kind, why));
        if end.end != FORMAT {
            return refuse(FaultKind::NotALine, format!("`end` should be `{FORMAT}`"));
        }
        if end.readings != self.readings {
            let why = format!("{} readings were written, and there are {}", end.readings, self.readings);
            return refuse(FaultKind::Changed, why);
        }
        if end.file_hash.0 != file_hash {
            let why = "what is before is not what was written: if every reading is authentic, then the header was changed, or a reading left out";
            return refuse(FaultKind::Changed, why.to_owned());
        }
        let gateway = GatewayId(self.header.gateway.0);
        let message = export_message(&self.header.genesis.0, gateway, end.key_epoch, &file_hash);
        if !self.keys.get(&end.key_epoch).is_some_and(|key| is_signed(key, &message, &end.signature.0)) {
            let why = "the signature that ends the file is not the gateway's over what is before it";
            return refuse(FaultKind::BadSignature, why.to_owned());
        }
        let mut devices = Vec::with_capacity(self.chains.len());
        for (device, chain) in self.chains {
            let ended = chain.finish();
            let fault = |(fault, why)| Fault { line, device: Some(device), sequence: None, fault, why };
            devices.push(ended.map_err(fault)?);
        }
        let unix_s = |slot: u32| u64::from(slot).saturating_mul(u64::from(self.header.slot_seconds));
        Ok(Summary {
            ok: true,
            gateway,
            genesis: self.header.genesis,
            from_unix_s: unix_s(self.header.from_slot),
            to_unix_s: unix_s(self.header.to_slot),
            key_epochs_taken_on_trust: self.on_trust,
            readings: self.readings,
            devices,
        })
    }
}
