//! A gateway that reads no wire: its key is registered, its signatures are good, and its registers say what it likes.

use super::Kind;
use crate::chain::{Head, authorised};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceCursor, DeviceId, DeviceRole, GatewayId, IntervalReading, ReadingBatch, RegisterSpan, Signature,
    SignedReading, SiteId, Slot, batch_message, interval_message, link_message,
};
use deren_runtime::{AccountId, Hash, RuntimeCall};
use ed25519_dalek::{Signer, SigningKey};
use sp_crypto_hashing::blake2_256;

/// A device that exists in its gateway's words only.
#[derive(Clone, Debug)]
pub(super) struct FalseDevice {
    pub(super) id: DeviceId,
    pub(super) role: DeviceRole,
    pub(super) rated_power_w: u32,
}

/// What registers show more after a slot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    pub(super) import_mwh: u64,
    pub(super) export_mwh: u64,
}

/// The gateway and its devices.
#[derive(Clone, Debug)]
pub(super) struct FalseGateway {
    key: SigningKey,
    genesis: [u8; 32],
    pub(super) id: GatewayId,
    pub(super) devices: Vec<FalseDevice>,
}

impl FalseGateway {
    /// The gateway of an adversary's site of this number, with a device of each role and rating.
    pub(super) fn new(kind: Kind, number: usize, seed: u64, genesis: Hash, devices: &[(DeviceRole, u32)]) -> Self {
        let key = SigningKey::from_bytes(&blake2_256(&("DEREN adversary", kind.name(), number as u64, seed).encode()));
        let devices = (0u8..).zip(devices).map(|(sub_unit, (role, rated_power_w))| FalseDevice {
            id: DeviceId::pseudonym(&key.to_bytes(), "Nobody", kind.name(), &number.to_string(), sub_unit.into()),
            role: *role,
            rated_power_w: *rated_power_w,
        });
        Self { genesis: genesis.0, id: GatewayId(key.verifying_key().to_bytes()), devices: devices.collect(), key }
    }

    /// The code by which `owner` may link it to `site`.
    pub(super) fn link_code(&self, owner: &AccountId, site: SiteId, expires_unix_s: u64) -> Signature {
        self.key.sign(&link_message(&self.genesis, owner.as_ref(), site, expires_unix_s)).to_bytes()
    }

    /// A transaction with these readings; `None` if they are more than a batch takes.
    pub(super) fn batch(&self, readings: Vec<IntervalReading>, attempt: u32) -> Option<Vec<u8>> {
        let signed = readings.into_iter().map(|reading| {
            let message = interval_message(&self.genesis, self.id, 0, reading.hash());
            SignedReading { signature: self.key.sign(&message).to_bytes(), reading }
        });
        let readings = signed.collect::<Vec<_>>().try_into().ok()?;
        let batch = ReadingBatch { genesis: self.genesis, gateway: self.id, key_epoch: 0, attempt, readings };
        let signature = self.key.sign(&batch_message(&batch)).to_bytes();
        Some(authorised(RuntimeCall::Metering(pallet_deren_metering::Call::submit { batch, signature })))
    }
}

/// The device's next reading, of one slot, and the cursor after it.
pub(super) fn read(
    device: DeviceId,
    cursor: &mut DeviceCursor,
    slot: Slot,
    flow: Flow,
    anchor: Head,
) -> IntervalReading {
    let open = cursor.registers;
    let reading = IntervalReading {
        registers: RegisterSpan {
            import_open_mwh: open.import_close_mwh,
            import_close_mwh: open.import_close_mwh.saturating_add(flow.import_mwh),
            export_open_mwh: open.export_close_mwh,
            export_close_mwh: open.export_close_mwh.saturating_add(flow.export_mwh),
        },
        sequence: cursor.next_sequence,
        previous: cursor.last_hash,
        anchor: Anchor { block_number: anchor.number, block_hash: anchor.hash.0 },
        ..deren_testing::reading(device, slot)
    };
    *cursor = DeviceCursor {
        next_sequence: reading.sequence.saturating_add(1),
        last_hash: reading.hash(),
        register_epoch: 0,
        next_slot: reading.end_slot(),
        registers: reading.registers,
    };
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Decode;
    use deren_runtime::UncheckedExtrinsic;

    fn gateway() -> FalseGateway {
        FalseGateway::new(Kind::Flood, 0, 1, Hash::repeat_byte(9), &[(DeviceRole::Grid, 11_000)])
    }

    #[test]
    fn readings_follow_each_other_as_real_ones_do() {
        let (device, anchor) = (DeviceId([1; 32]), Head { number: 1, hash: Hash::repeat_byte(1) });
        let mut cursor = DeviceCursor::default();
        let flow = Flow { import_mwh: 5, export_mwh: 0 };
        let first = read(device, &mut cursor, Slot(7), flow, anchor);
        let second = read(device, &mut cursor, Slot(8), flow, anchor);
        assert_eq!((second.previous, second.sequence, cursor.next_slot), (first.hash(), 1, Slot(9)));
        assert!(second.registers.continues(&first.registers));
    }

    #[test]
    fn a_batch_has_good_signatures() {
        let gateway = gateway();
        let anchor = Head { number: 1, hash: Hash::repeat_byte(1) };
        let reading = read(gateway.devices[0].id, &mut DeviceCursor::default(), Slot(7), Flow::default(), anchor);
        let bytes = gateway.batch(vec![reading.clone()], 3).expect("a batch");
        let call = UncheckedExtrinsic::decode(&mut bytes.as_slice()).expect("a transaction").function;
        let RuntimeCall::Metering(pallet_deren_metering::Call::submit { batch, signature }) = call else {
            panic!("{call:?}")
        };
        assert!(deren_primitives::verify(&gateway.id.0, &batch_message(&batch), &signature));
        assert_eq!(batch.attempt, 3);
        assert!(gateway.batch(vec![reading; 65], 0).is_none());
    }
}
