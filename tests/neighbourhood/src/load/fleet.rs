//! Many gateways, each with a key of its own and two devices, and the readings of version 2 that they sign.

use crate::chain::{Head, authorised};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, GatewayId, IntervalReading, ReadingHash, RegisterSpan, SampledBatch, SampledReading,
    Signature, SiteId, Slot, link_message,
};
use deren_runtime::{AccountId, Hash, RuntimeCall};
use ed25519_dalek::{Signer, SigningKey};
use sp_crypto_hashing::blake2_256;

/// What a device shows more in each slot.
const SLOT_MWH: u64 = 500_000;

/// A device and where its chain of readings stands.
pub(super) struct FleetDevice {
    pub(super) id: DeviceId,
    pub(super) role: DeviceRole,
    next_sequence: u64,
    previous: ReadingHash,
    registers_mwh: u64,
}

/// A gateway that reads one site.
pub(super) struct FleetGateway {
    key: SigningKey,
    pub(super) id: GatewayId,
    pub(super) site: Option<SiteId>,
    /// The grid meter and the inverter.
    pub(super) devices: [FleetDevice; 2],
    /// It has sun: it sells what others buy.
    pub(super) sells: bool,
}

/// All of them.
pub(super) struct Fleet {
    genesis: [u8; 32],
    pub(super) gateways: Vec<FleetGateway>,
}

impl Fleet {
    /// A fleet of this many gateways for the chain with this first block; every other one sells.
    pub(super) fn new(gateways: usize, genesis: Hash) -> Self {
        let gateways = (0..gateways).map(|number| {
            let key = SigningKey::from_bytes(&blake2_256(&("DEREN bench", number as u64).encode()));
            let device = |role, sub_unit| FleetDevice {
                id: DeviceId::pseudonym(&key.to_bytes(), "DeREN", "bench", &number.to_string(), sub_unit),
                role,
                next_sequence: 0,
                previous: ReadingHash::default(),
                registers_mwh: 0,
            };
            FleetGateway {
                id: GatewayId(key.verifying_key().to_bytes()),
                site: None,
                devices: [device(DeviceRole::Grid, 0), device(DeviceRole::Production, 1)],
                sells: number % 2 == 0,
                key,
            }
        });
        Self { genesis: genesis.0, gateways: gateways.collect() }
    }

    /// All devices, gateway by gateway.
    pub(super) fn devices(&self) -> Vec<DeviceId> {
        self.gateways.iter().flat_map(|gateway| gateway.devices.iter().map(|device| device.id)).collect()
    }

    /// The code that links the gateway of this number to its owner's site.
    pub(super) fn link_code(&self, gateway: &FleetGateway, owner: &AccountId, site: SiteId, expires: u64) -> Signature {
        let owner: &[u8; 32] = owner.as_ref();
        gateway.key.sign(&link_message(&self.genesis, owner, site, expires)).to_bytes()
    }

    /// The next batch of the gateway of this number: one reading a device for each of `count` slots from `first` on.
    /// `None` if there is no such gateway, or it would be more than a batch takes.
    pub(super) fn batch(&mut self, number: usize, first: Slot, count: u32, anchor: Head) -> Option<Vec<u8>> {
        let genesis = self.genesis;
        let gateway = self.gateways.get_mut(number)?;
        let anchor = Anchor { block_number: anchor.number, block_hash: anchor.hash.0 };
        let mut readings = Vec::new();
        for slot in 0..count {
            for device in &mut gateway.devices {
                readings.push(device.read(first.plus(slot), gateway.sells, anchor));
            }
        }
        let readings = readings.try_into().ok()?;
        let batch = SampledBatch { genesis, gateway: gateway.id, key_epoch: 0, attempt: 0, readings };
        let signature = gateway.key.sign(&batch.message()).to_bytes();
        let call = RuntimeCall::Metering(pallet_deren_metering::Call::submit_v2 { batch, signature });
        Some(authorised(call))
    }
}

impl FleetDevice {
    fn read(&mut self, slot: Slot, sells: bool, anchor: Anchor) -> SampledReading {
        let open = self.registers_mwh;
        let counts = sells || self.role == DeviceRole::Grid;
        let close = if counts { open + SLOT_MWH } else { open };
        let registers = if sells {
            RegisterSpan { export_open_mwh: open, export_close_mwh: close, ..RegisterSpan::default() }
        } else {
            RegisterSpan { import_open_mwh: open, import_close_mwh: close, ..RegisterSpan::default() }
        };
        let interval = IntervalReading {
            registers,
            sequence: self.next_sequence,
            previous: self.previous,
            anchor,
            ..deren_testing::reading(self.id, slot)
        };
        // Nobody asks these devices for a sample, and trees for all of them would take the time that is measured.
        let reading = SampledReading { samples_root: blake2_256(&(self.id, self.next_sequence).encode()), interval };
        self.next_sequence += 1;
        self.previous = reading.hash();
        self.registers_mwh = close;
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Decode;
    use deren_runtime::UncheckedExtrinsic;

    fn head() -> Head {
        Head { number: 1, hash: Hash::repeat_byte(1) }
    }

    #[test]
    fn a_batch_is_signed_and_continues_the_one_before() {
        let mut fleet = Fleet::new(2, Hash::repeat_byte(9));
        let first = fleet.batch(0, Slot(5), 2, head()).expect("a batch");
        let second = fleet.batch(0, Slot(7), 1, head()).expect("a batch");
        let batches: Vec<SampledBatch> = [first, second]
            .iter()
            .map(|bytes| match UncheckedExtrinsic::decode(&mut bytes.as_slice()).expect("a transaction").function {
                RuntimeCall::Metering(pallet_deren_metering::Call::submit_v2 { batch, signature }) => {
                    assert!(deren_primitives::verify(&batch.gateway.0, &batch.message(), &signature));
                    batch
                }
                other => panic!("{other:?}"),
            })
            .collect();
        let last_of_first = &batches[0].readings[2];
        let first_of_second = &batches[1].readings[0].interval;
        assert_eq!(first_of_second.previous, last_of_first.hash());
        assert_eq!(first_of_second.sequence, 2);
        assert!(first_of_second.registers.continues(&last_of_first.interval.registers));
    }

    #[test]
    fn more_than_a_batch_takes_is_none() {
        let mut fleet = Fleet::new(1, Hash::repeat_byte(9));
        assert!(fleet.batch(0, Slot(0), 33, head()).is_none());
        assert!(fleet.batch(1, Slot(0), 1, head()).is_none());
    }

    #[test]
    fn gateways_and_devices_are_all_different() {
        let fleet = Fleet::new(50, Hash::repeat_byte(9));
        let devices: std::collections::BTreeSet<_> = fleet.devices().into_iter().collect();
        assert_eq!(devices.len(), 100);
    }
}
