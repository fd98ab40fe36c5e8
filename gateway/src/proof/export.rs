//! Exports what the gateway has signed: what is final, from the archive, and what waits, from the outbox. It reads in
//! small steps, so that the gateway goes on meanwhile. The signer signs the file's end, what waits, and readings whose
//! signature nobody could check any more.

use super::{
    Header, Key, KeyBook, Period, ProvenReading, SealedReading, Writer,
    line::{Device, FORMAT, MAX_DEVICES, VERSION},
};
use crate::{
    devices::DeviceBook,
    error::GatewayError,
    joined_chain::JoinedChain,
    outbox::{Outbox, Queued, Reading, Sealed, SignedBy, archived},
    settings::DeviceSettings,
    signer::Signer,
};
use deren_primitives::{
    BatchProof, DeviceId, GatewayId, Hex, IntervalReading, MAX_READINGS_PER_BATCH, PublicKey, SampledBatch,
    SampledReading, Signature, SignedReading, interval_message,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Number of waiting readings that are read at once.
const PAGE: usize = 256;
/// Maximum number of looks for what has become final meanwhile. What comes after that belongs to the next export.
const MAX_ROUNDS: usize = 16;

/// The time that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its start, in seconds since 1970.
    pub from_unix_s: u64,
    /// Its end.
    pub to_unix_s: u64,
}

/// Exports readings of one gateway.
pub struct Exporter {
    /// Where everything is kept.
    pub data_folder: PathBuf,
    /// The configured devices, for their roles; they may change.
    pub devices: watch::Receiver<Vec<DeviceSettings>>,
    /// The gateway's key.
    pub signer: Arc<RwLock<Signer>>,
    /// What waits.
    pub outbox: Arc<Outbox>,
    /// Ends an export that is under way.
    pub shutdown: CancellationToken,
}

/// Whose readings of which time.
#[derive(Clone, Copy)]
struct Scope {
    genesis: [u8; 32],
    gateway: GatewayId,
    period: Period,
}

/// A reading, and what signs it, as far as that is known.
enum Found {
    /// Of version 1: key epoch, signature and, if it is of the archive, key.
    Interval(IntervalReading, Option<(u32, Signature, Option<PublicKey>)>),
    /// Of version 2.
    Sampled(SampledReading, Option<(BatchProof, PublicKey)>),
}

impl Found {
    fn reading(&self) -> &IntervalReading {
        match self {
            Self::Interval(reading, _) => reading,
            Self::Sampled(reading, _) => &reading.interval,
        }
    }

    fn archived(sealed: Sealed, by: &SignedBy) -> Self {
        match sealed {
            Sealed::Signed(SignedReading { reading, signature }) => {
                Self::Interval(reading, Some((by.key_epoch, signature, Some(by.public_key))))
            }
            Sealed::Batched(reading, proof) => Self::Sampled(reading, proof.map(|proof| (proof, by.public_key))),
        }
    }

    fn waiting(queued: Queued) -> Self {
        match queued.reading {
            Reading::Interval(reading) => {
                Self::Interval(reading, queued.signature.map(|(key_epoch, signature)| (key_epoch, signature, None)))
            }
            Reading::Sampled(reading) => Self::Sampled(reading, None),
        }
    }
}

/// A file in the making.
struct Run<W> {
    scope: Scope,
    signer: Signer,
    keys: BTreeMap<u32, PublicKey>,
    /// Each device's next sequence number.
    next: BTreeMap<DeviceId, u64>,
    writer: Writer<W>,
    written: u64,
    /// Readings that are written once they are signed, as a batch of their own. They come before all others.
    unsigned: Vec<SampledReading>,
}

fn failed(reason: impl Into<String>) -> GatewayError {
    GatewayError::Export { reason: reason.into() }
}

pub(super) fn unwritten(error: io::Error) -> GatewayError {
    failed(format!("the file cannot be written: {error}"))
}

impl Exporter {
    /// Writes the file of that time to `out`.
    ///
    /// # Errors
    /// [`GatewayError::Export`] if there is no such time or `out` fails; or what the archive, the outbox or the key
    /// says.
    pub fn write(&self, request: Request, out: &mut dyn Write) -> Result<(), GatewayError> {
        let mut run = self.begin(request, out)?;
        let mut gaps_stay = false;
        for _ in 0..MAX_ROUNDS {
            let before = run.written;
            self.each_archived(run.scope, |found, _| run.put(found))?;
            let archived = run.written.saturating_sub(before);
            let gap = self.put_waiting(&mut run, gaps_stay)?;
            if run.written == before && !gap {
                break;
            }
            // What is missing before a waiting reading has become final meanwhile, or is not there at all.
            gaps_stay = archived == 0;
        }
        run.end()
    }

    fn begin<W: Write>(&self, request: Request, out: W) -> Result<Run<W>, GatewayError> {
        let joined = JoinedChain::load(&self.data_folder)?
            .ok_or_else(|| failed("this gateway has never reached its chain, so it has signed nothing yet"))?;
        let period = Period::touching(request.from_unix_s, request.to_unix_s, joined.clock())
            .ok_or_else(|| failed("there is no time between `from` and `to`"))?;
        let signer = self.signer.read().unwrap_or_else(PoisonError::into_inner).clone();
        let genesis = joined.genesis;
        let scope = Scope { genesis, gateway: signer.gateway(), period };
        let mut next: BTreeMap<DeviceId, u64> = BTreeMap::new();
        let of_ours = |by: &SignedBy| (by.genesis, by.gateway) == (genesis, scope.gateway);
        let signers = self.outbox.signers()?;
        let mut signed_by: BTreeMap<u32, PublicKey> =
            signers.iter().filter(|by| of_ours(by)).map(|by| (by.key_epoch, by.public_key)).collect();
        self.each_archived(scope, |found, by| {
            let reading = found.reading();
            next.entry(reading.device).or_insert(reading.sequence);
            signed_by.insert(by.key_epoch, by.public_key);
            Ok(())
        })?;
        for (device, _) in self.outbox.waiting()? {
            if let (None, Some(sequence)) = (next.get(&device), self.first_waiting(device, period)?) {
                next.insert(device, sequence);
            }
        }
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            genesis: Hex(genesis),
            gateway: Hex(scope.gateway.0),
            slot_seconds: joined.parameters.slot_seconds,
            slot_energy_seconds: joined.parameters.slot_energy_seconds,
            from_slot: period.from.0,
            to_slot: period.to.0,
            keys: self.keys(&signer, &signed_by)?,
            devices: self.header_devices(&signer, &next)?,
        };
        let keys = header.keys.iter().map(|key| (key.key_epoch, key.public_key.0)).collect();
        let writer = Writer::begin(out, &header).map_err(unwritten)?;
        Ok(Run { scope, signer, keys, next, writer, written: 0, unsigned: Vec::new() })
    }

    /// The keys that this gateway remembers, and those that the archive shows.
    fn keys(&self, signer: &Signer, signed_by: &BTreeMap<u32, PublicKey>) -> Result<Vec<Key>, GatewayError> {
        let mut book = KeyBook::load(&self.data_folder)?;
        signed_by.iter().for_each(|(key_epoch, public_key)| book.note(*key_epoch, public_key));
        Ok(book.for_header(signer.gateway(), signer.key_epoch(), &signer.public_key()))
    }

    /// Devices with readings, and configured ones, with what is known of them.
    fn header_devices(&self, signer: &Signer, first: &BTreeMap<DeviceId, u64>) -> Result<Vec<Device>, GatewayError> {
        let book = DeviceBook::load(&self.data_folder)?;
        let with_id = |device: &'_ DeviceSettings| Some((book.device_id(device, signer)?, device.clone()));
        let configured: BTreeMap<DeviceId, DeviceSettings> = self.devices.borrow().iter().filter_map(with_id).collect();
        let mut ids: Vec<DeviceId> = first.keys().chain(configured.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > MAX_DEVICES {
            return Err(failed(format!("readings of {} devices, a file has at most {MAX_DEVICES}", ids.len())));
        }
        let device = |id: DeviceId| {
            let settings = configured.get(&id);
            Device {
                device: Hex(id.0),
                role: settings.map(|settings| settings.role),
                rated_power_w: settings.and_then(|settings| settings.rated_power_w),
                first_sequence: first.get(&id).copied(),
            }
        };
        Ok(ids.into_iter().map(device).collect())
    }

    fn each_archived(
        &self,
        scope: Scope,
        mut take: impl FnMut(Found, &SignedBy) -> Result<(), GatewayError>,
    ) -> Result<(), GatewayError> {
        for archived in archived(&self.data_folder, scope.period.from..scope.period.to)? {
            self.go_on()?;
            let archived = archived?;
            if (archived.by.genesis, archived.by.gateway) != (scope.genesis, scope.gateway) {
                continue;
            }
            take(Found::archived(archived.sealed, &archived.by), &archived.by)?;
        }
        Ok(())
    }

    /// Sequence number of the device's first waiting reading of this time.
    fn first_waiting(&self, device: DeviceId, period: Period) -> Result<Option<u64>, GatewayError> {
        let mut next = 0;
        loop {
            self.go_on()?;
            let page = self.outbox.waiting_from(device, next, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            next = last.reading.sequence.saturating_add(1);
            if let Some(first) = page.iter().find(|queued| queued.reading.first_slot >= period.from) {
                let wanted = period.contains(first.reading.first_slot);
                return Ok(wanted.then_some(first.reading.sequence));
            }
        }
    }

    /// Writes what waits, device by device. True if a device's readings were left because some before them are missing.
    /// With `gaps_stay` they are written all the same, and the verifier will name the gap.
    fn put_waiting<W: Write>(&self, run: &mut Run<W>, gaps_stay: bool) -> Result<bool, GatewayError> {
        let mut gap = false;
        for device in run.next.keys().copied().collect::<Vec<_>>() {
            loop {
                self.go_on()?;
                let next = run.next.get(&device).copied().unwrap_or_default();
                let mut page = self.outbox.waiting_from(device, next, PAGE)?;
                page.retain(|queued| run.scope.period.contains(queued.reading.first_slot));
                let Some(first) = page.first() else {
                    break;
                };
                if first.reading.sequence > next && !gaps_stay {
                    gap = true;
                    break;
                }
                for queued in page {
                    run.put(Found::waiting(queued))?;
                }
            }
        }
        Ok(gap)
    }

    fn go_on(&self) -> Result<(), GatewayError> {
        if self.shutdown.is_cancelled() { Err(failed("the gateway is ending: export again")) } else { Ok(()) }
    }
}

impl<W: Write> Run<W> {
    /// Writes a reading, unless it was written or is not of this export.
    fn put(&mut self, found: Found) -> Result<(), GatewayError> {
        let (device, sequence) = (found.reading().device, found.reading().sequence);
        let Some(next) = self.next.get_mut(&device).filter(|next| **next <= sequence) else {
            return Ok(());
        };
        *next = sequence.saturating_add(1);
        self.written = self.written.saturating_add(1);
        match found {
            Found::Interval(reading, signed) => self.put_interval(reading, signed),
            Found::Sampled(reading, proof) => self.put_sampled(reading, proof),
        }
    }

    /// What is not signed yet, or with a key that this gateway no longer knows, is signed.
    fn put_interval(
        &mut self,
        reading: IntervalReading,
        signed: Option<(u32, Signature, Option<PublicKey>)>,
    ) -> Result<(), GatewayError> {
        self.sign_batch()?;
        let is_known = |(key_epoch, _, key): &(u32, Signature, Option<PublicKey>)| {
            self.keys.get(key_epoch).is_some_and(|known| key.is_none_or(|key| key == *known))
        };
        let (key_epoch, signature) = match signed.filter(is_known) {
            Some((key_epoch, signature, _)) => (key_epoch, signature),
            None => {
                let (Scope { genesis, gateway, .. }, key_epoch) = (self.scope, self.signer.key_epoch());
                let message = interval_message(&genesis, gateway, key_epoch, reading.hash());
                (key_epoch, self.signer.sign(&message)?)
            }
        };
        self.writer.reading(&SealedReading { reading, key_epoch, signature }).map_err(unwritten)
    }

    /// As [`Run::put_interval`]; here, what is signed waits until a batch of it is full.
    fn put_sampled(
        &mut self,
        reading: SampledReading,
        proof: Option<(BatchProof, PublicKey)>,
    ) -> Result<(), GatewayError> {
        let known = proof.filter(|(proof, key)| self.keys.get(&proof.key_epoch) == Some(key));
        if let Some((proof, _)) = known {
            self.sign_batch()?;
            return self.writer.proven(&ProvenReading { reading, proof }).map_err(unwritten);
        }
        self.unsigned.push(reading);
        let is_full = u32::try_from(self.unsigned.len()).is_ok_and(|count| count == MAX_READINGS_PER_BATCH);
        if is_full { self.sign_batch() } else { Ok(()) }
    }

    /// Signs what is not signed as a batch of its own, and writes it.
    fn sign_batch(&mut self) -> Result<(), GatewayError> {
        if self.unsigned.is_empty() {
            return Ok(());
        }
        let readings = std::mem::take(&mut self.unsigned);
        let readings = readings.try_into().map_err(|_| failed("more readings than a batch takes"))?;
        let (Scope { genesis, gateway, .. }, key_epoch) = (self.scope, self.signer.key_epoch());
        let batch = SampledBatch { genesis, gateway, key_epoch, attempt: 0, readings };
        let (tree, signature) = (batch.tree(), self.signer.sign(&batch.message())?);
        for (index, reading) in (0..).zip(batch.readings) {
            let path = tree.path(index).ok_or_else(|| failed("a reading is not in its own batch"))?;
            let proof = BatchProof { key_epoch, attempt: batch.attempt, path, signature };
            self.writer.proven(&ProvenReading { reading, proof }).map_err(unwritten)?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), GatewayError> {
        self.sign_batch()?;
        let signer = &self.signer;
        self.writer
            .end(signer.key_epoch(), |message| signer.sign(message).map_err(io::Error::other))
            .map_err(unwritten)?;
        Ok(())
    }
}
