//! Batches of readings that are really signed: of gateways that go on as they should, and of others that do not.

use super::{
    maker::{Fields, Maker},
    people::device,
    world,
};
use crate::{Metering, Runtime, System};
use codec::Encode;
use deren_primitives::{
    Anchor, BatchProof, DeviceCursor, DeviceId, DeviceRole, GatewayId, IntervalReading, Quality, ReadingBatch,
    ReadingEvidence, ReadingHash, RegisterSpan, SampledBatch, SampledReading, SignedReading, Slot, batch_message,
    interval_message,
};
use pallet_deren_metering::Cursors;
use pallet_deren_registry::{Devices, GatewayDevices, GatewayState, Gateways};
use sp_core::{Pair, ed25519};

/// How many readings that were sent are remembered, to be sent again.
const REMEMBERED: usize = 64;

/// Who signs a batch.
struct Signer {
    gateway: GatewayId,
    key_epoch: u32,
    key: ed25519::Pair,
}

impl Signer {
    /// The gateway with its present key, if it is one of ours.
    fn of(maker: &Maker<'_, '_>, gateway: GatewayId) -> Option<Self> {
        let GatewayState { public_key, key_epoch, .. } = Gateways::<Runtime>::get(gateway)?;
        Some(Self { gateway, key_epoch, key: *maker.people.secret(&public_key)? })
    }

    fn sign(&self, reading: IntervalReading) -> SignedReading {
        let message = interval_message(&world::genesis_hash(), self.gateway, self.key_epoch, reading.hash());
        SignedReading { reading, signature: self.key.sign(&message).0 }
    }

    /// The reading in a batch of its own.
    fn show(&self, reading: SampledReading, attempt: u32) -> Option<ReadingEvidence> {
        let (genesis, gateway, key_epoch) = (world::genesis_hash(), self.gateway, self.key_epoch);
        let readings = vec![reading.clone()].try_into().ok()?;
        let batch = SampledBatch { genesis, gateway, key_epoch, attempt, readings };
        let (path, signature) = (batch.tree().path(0)?, self.key.sign(&batch.message()).0);
        Some(ReadingEvidence::Sampled { reading, proof: BatchProof { key_epoch, attempt, path, signature } })
    }
}

/// A batch of a gateway's devices, and its signature.
pub fn submit(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (signer, readings) = readings(maker, IntervalReading::hash)?;
    let mut signed: Vec<_> = readings.into_iter().map(|reading| signer.sign(reading)).collect();
    if let Some(one) = rarely_one(maker, &mut signed) {
        one.signature[1] ^= 1;
    }
    let (genesis, key_epoch, attempt) = envelope(maker, &signer);
    let batch =
        ReadingBatch { genesis, gateway: signer.gateway, key_epoch, attempt, readings: signed.try_into().ok()? };
    Some(sealed(maker, &signer, &batch, &batch_message(&batch)))
}

/// The same of version 2.
pub fn submit_v2(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (signer, readings) = readings(maker, |reading| sampled(reading.clone()).hash())?;
    let mut readings: Vec<_> = readings.into_iter().map(sampled).collect();
    if let Some(one) = rarely_one(maker, &mut readings) {
        let had_none = one.samples_root == [0; 32];
        one.samples_root = [u8::from(had_none); 32];
    }
    let (genesis, key_epoch, attempt) = envelope(maker, &signer);
    let batch =
        SampledBatch { genesis, gateway: signer.gateway, key_epoch, attempt, readings: readings.try_into().ok()? };
    Some(sealed(maker, &signer, &batch, &batch.message()))
}

/// A reading of version 2, with the root of its samples if it has any.
fn sampled(interval: IntervalReading) -> SampledReading {
    let samples_root = if interval.samples == 0 { [0; 32] } else { [0x5a; 32] };
    SampledReading { interval, samples_root }
}

/// What a gateway's devices have to send, mostly, and who signs it. `hash` is what a device's next reading names.
fn readings(
    maker: &mut Maker<'_, '_>,
    hash: fn(&IntervalReading) -> ReadingHash,
) -> Option<(Signer, Vec<IntervalReading>)> {
    let gateway = world::gateway(maker)?;
    let signer = Signer::of(maker, gateway)?;
    let newest = newest_ended();
    let sun = maker.bytes.byte();
    let mut readings = Vec::new();
    for id in GatewayDevices::<Runtime>::get(gateway) {
        let Some(mut reading) = first_left(maker, id, newest, sun) else { continue };
        // First what was missed, as one estimate, then the newest slot.
        if let Some(through) = newest.0.checked_sub(1).filter(|through| reading.first_slot.0 <= *through) {
            reading.slot_count = u16::try_from(through - reading.first_slot.0 + 1).unwrap_or(u16::MAX);
            reading.quality = Quality::ESTIMATED;
            reading.samples = 0;
            readings.push(reading.clone());
            reading = after(&reading, hash(&reading), newest);
            measure(maker, &mut reading, id, sun);
        }
        if maker.bytes.one_in(12) {
            spoil(maker, &mut reading);
        }
        readings.push(reading);
    }
    // Everything has been read: a gateway sends nothing then, but for a fault.
    if readings.is_empty() && !maker.bytes.one_in(16) {
        return None;
    }
    disturb(maker, &mut readings);
    remember(maker, &readings);
    readings.truncate(deren_primitives::MAX_READINGS_PER_BATCH as usize);
    Some((signer, readings))
}

/// Something is wrong with one of a batch, in few batches.
fn rarely_one<'r, R>(maker: &mut Maker<'_, '_>, readings: &'r mut [R]) -> Option<&'r mut R> {
    if !maker.bytes.one_in(50) {
        return None;
    }
    let place = maker.bytes.below(readings.len().max(1));
    readings.get_mut(place)
}

/// For which chain a batch is, with which key, and at which attempt.
fn envelope(maker: &mut Maker<'_, '_>, signer: &Signer) -> ([u8; 32], u32, u32) {
    let genesis = if maker.bytes.one_in(64) { [1; 32] } else { world::genesis_hash() };
    let key_epoch = signer.key_epoch + u32::from(maker.bytes.one_in(64));
    let attempt = if maker.bytes.one_in(8) { maker.bytes.byte().into() } else { 0 };
    (genesis, key_epoch, attempt)
}

fn sealed(maker: &mut Maker<'_, '_>, signer: &Signer, batch: &impl Encode, message: &[u8]) -> Fields {
    let mut signature = signer.key.sign(message).0;
    signature[0] ^= u8::from(maker.bytes.one_in(64));
    vec![("batch", batch.encode()), ("signature", signature.encode())]
}

/// Two different readings of a device under one number.
pub fn equivocation(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (signer, pair) = two_truths(maker)?;
    let [a, b] = pair.map(|reading| signer.sign(reading));
    Some(vec![
        ("gateway", signer.gateway.encode()),
        ("key_epoch", signer.key_epoch.encode()),
        ("a", a.encode()),
        ("b", b.encode()),
    ])
}

/// The same, each of either version.
pub fn equivocation_v2(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (signer, pair) = two_truths(maker)?;
    let [a, b] = pair.map(|reading| {
        if maker.bytes.one_in(3) {
            return Some(ReadingEvidence::Interval { key_epoch: signer.key_epoch, signed: signer.sign(reading) });
        }
        signer.show(sampled(reading), maker.bytes.byte().into())
    });
    Some(vec![("gateway", signer.gateway.encode()), ("a", a?.encode()), ("b", b?.encode())])
}

fn two_truths(maker: &mut Maker<'_, '_>) -> Option<(Signer, [IntervalReading; 2])> {
    let gateway = world::gateway(maker)?;
    let signer = Signer::of(maker, gateway)?;
    let id = *maker.bytes.pick(&GatewayDevices::<Runtime>::get(gateway))?;
    let sun = maker.bytes.byte();
    let first = first_left(maker, id, newest_ended(), sun).unwrap_or_else(|| reading_of(id, newest_ended()));
    let mut second = first.clone();
    second.samples += u32::from(!maker.bytes.one_in(4));
    Some((signer, [first, second]))
}

/// The newest slot that is over.
fn newest_ended() -> Slot {
    Metering::clock().slot_at(world::now_ms()).previous()
}

/// A reading of the device's first slot that has none, if that is over.
fn first_left(maker: &mut Maker<'_, '_>, id: DeviceId, newest: Slot, sun: u8) -> Option<IntervalReading> {
    let record = Devices::<Runtime>::get(id)?;
    let cursor = Cursors::<Runtime>::get(id).unwrap_or_default().cursor;
    let first_slot = cursor.next_slot.max(record.from);
    if first_slot > newest {
        return None;
    }
    let mut reading = IntervalReading { first_slot, ..reading_of(id, newest) };
    continue_from(&mut reading, &cursor);
    measure(maker, &mut reading, id, sun);
    Some(reading)
}

/// The first reading of a device, which shows nothing.
fn reading_of(device: DeviceId, slot: Slot) -> IntervalReading {
    IntervalReading {
        device,
        first_slot: slot,
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan::default(),
        quality: Quality::GOOD,
        clock_error_ms: 10,
        samples: 90,
        max_gap_ms: 1_000,
        sequence: 0,
        previous: ReadingHash::default(),
        anchor: Anchor { block_number: System::block_number() - 1, block_hash: System::parent_hash().0 },
    }
}

fn continue_from(reading: &mut IntervalReading, cursor: &DeviceCursor) {
    reading.sequence = cursor.next_sequence;
    reading.previous = cursor.last_hash;
    reading.register_epoch = cursor.register_epoch;
    let registers = &cursor.registers;
    reading.registers = RegisterSpan {
        import_open_mwh: registers.import_close_mwh,
        import_close_mwh: registers.import_close_mwh,
        export_open_mwh: registers.export_close_mwh,
        export_close_mwh: registers.export_close_mwh,
    };
}

/// The reading that comes after this one, whose hash is `hash`.
fn after(earlier: &IntervalReading, hash: ReadingHash, first_slot: Slot) -> IntervalReading {
    let mut reading = IntervalReading { first_slot, ..reading_of(earlier.device, first_slot) };
    let cursor = DeviceCursor {
        next_sequence: earlier.sequence + 1,
        last_hash: hash,
        register_epoch: earlier.register_epoch,
        next_slot: first_slot,
        registers: earlier.registers,
    };
    continue_from(&mut reading, &cursor);
    reading
}

/// Adds what the device measured: production by the sun, and behind the grid meter what is left of it or was used.
fn measure(maker: &mut Maker<'_, '_>, reading: &mut IntervalReading, id: DeviceId, sun: u8) {
    let Some(record) = Devices::<Runtime>::get(id) else { return };
    let produced_mwh = u64::from(sun) * 3_900;
    let used_mwh = u64::from(maker.bytes.byte()) * 4_000;
    let members = pallet_deren_registry::SiteDevices::<Runtime>::get(record.site);
    let produces = members.iter().any(|member| member.role == DeviceRole::Production && member.until.is_none());
    let registers = &mut reading.registers;
    match record.role {
        DeviceRole::Grid if produces => registers.export_close_mwh += produced_mwh / 2,
        DeviceRole::Grid => registers.import_close_mwh += used_mwh,
        DeviceRole::Production => registers.export_close_mwh += produced_mwh,
        DeviceRole::Storage => registers.import_close_mwh += used_mwh / 8,
    }
}

/// Something is wrong with the reading.
fn spoil(maker: &mut Maker<'_, '_>, reading: &mut IntervalReading) {
    let registers = &mut reading.registers;
    match maker.bytes.below(14) {
        0 => reading.sequence += 1,
        1 => reading.sequence = reading.sequence.wrapping_sub(1),
        2 => reading.previous.0[0] ^= 1,
        3 => registers.import_close_mwh = registers.import_open_mwh.saturating_sub(5_000),
        4 => registers.export_open_mwh += 7_000,
        5 => registers.export_close_mwh += 40_000_000,
        6 => reading.slot_count = 0,
        7 => reading.first_slot = reading.first_slot.plus(1 + u32::from(maker.bytes.byte())),
        8 => reading.first_slot = Slot(reading.first_slot.0.saturating_sub(1 + u32::from(maker.bytes.byte()))),
        9 => reading.quality = Quality(maker.bytes.byte().into()),
        10 => reading.anchor.block_number = reading.anchor.block_number.wrapping_add(maker.bytes.byte().into()),
        11 => reading.register_epoch += 1,
        12 => (reading.samples, reading.max_gap_ms, reading.clock_error_ms) = (0, u32::MAX, u32::MAX),
        _ => reading.device = device(maker.bytes.byte()),
    }
}

/// Something is wrong with the whole: one twice, one again, two in the wrong order, or nothing at all.
fn disturb(maker: &mut Maker<'_, '_>, readings: &mut Vec<IntervalReading>) {
    if !maker.bytes.one_in(12) {
        return;
    }
    match maker.bytes.below(4) {
        0 => readings.extend(maker.bytes.pick(readings).cloned()),
        1 => readings.extend(maker.bytes.pick(maker.sent).cloned()),
        2 => readings.reverse(),
        _ => readings.clear(),
    }
}

fn remember(maker: &mut Maker<'_, '_>, readings: &[IntervalReading]) {
    maker.sent.extend_from_slice(readings);
    let surplus = maker.sent.len().saturating_sub(REMEMBERED);
    maker.sent.drain(..surplus);
}
