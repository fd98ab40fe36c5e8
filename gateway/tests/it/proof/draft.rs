//! A small file of readings of version 1 with one of everything: three devices, a rotated key, a reset, an outage.

use deren_gateway::proof::{Device, FORMAT, Header, Key, SealedReading, Writer};
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, GatewayId, Hex, IntervalReading, Quality, ReadingHash, RegisterSpan, Slot,
    interval_message, rotate_message,
};
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeMap;

pub const FROM_SLOT: u32 = 1_988_000;
pub const GRID: DeviceId = DeviceId([0x11; 32]);
pub const ROOF: DeviceId = DeviceId([0x22; 32]);

/// What is to be written.
#[derive(Clone)]
pub struct Draft {
    pub header: Header,
    pub readings: Vec<SealedReading>,
    pub end_key_epoch: u32,
}

/// The gateway's key of that epoch.
pub fn key(key_epoch: u32) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(key_epoch).unwrap() + 1; 32])
}

pub fn public(key_epoch: u32) -> [u8; 32] {
    key(key_epoch).verifying_key().to_bytes()
}

fn reading(device: DeviceId, sequence: u64, slot: u32, import: (u64, u64), export: (u64, u64)) -> SealedReading {
    let reading = IntervalReading {
        device,
        first_slot: Slot(slot),
        slot_count: 1,
        register_epoch: 2,
        registers: RegisterSpan {
            import_open_mwh: import.0,
            import_close_mwh: import.1,
            export_open_mwh: export.0,
            export_close_mwh: export.1,
        },
        quality: Quality::GOOD,
        clock_error_ms: 20,
        samples: 90,
        max_gap_ms: 10_500,
        sequence,
        previous: ReadingHash::default(),
        anchor: Anchor { block_number: 70_000, block_hash: [0x33; 32] },
    };
    SealedReading { reading, key_epoch: 0, signature: [0; 64] }
}

impl Draft {
    /// The file that is committed as golden.
    pub fn whole() -> Self {
        let genesis = [7; 32];
        let gateway = GatewayId(public(0));
        let handover = key(0).sign(&rotate_message(&genesis, gateway, 1, &public(1))).to_bytes();
        let device = |id: [u8; 32], role, rated_power_w, first_sequence| Device {
            device: Hex(id),
            role,
            rated_power_w,
            first_sequence,
        };
        let header = Header {
            format: FORMAT.to_owned(),
            version: 1,
            genesis: Hex(genesis),
            gateway: Hex(gateway.0),
            slot_seconds: 900,
            slot_energy_seconds: 900,
            from_slot: FROM_SLOT,
            to_slot: FROM_SLOT + 8,
            keys: vec![
                Key { key_epoch: 0, public_key: Hex(public(0)), rotation_signature: None },
                Key { key_epoch: 1, public_key: Hex(public(1)), rotation_signature: Some(Hex(handover)) },
            ],
            devices: vec![
                device(GRID.0, Some(DeviceRole::Grid), Some(17_000), Some(41)),
                device(ROOF.0, Some(DeviceRole::Production), None, Some(0)),
                device([0x33; 32], None, None, None),
            ],
        };
        let s = FROM_SLOT;
        let mut readings = vec![
            reading(GRID, 41, s, (3_844_917_000, 3_845_000_999), (12_000, 12_100)),
            reading(ROOF, 0, s + 1, (0, 0), (53_700_000_000, 53_700_400_000)),
            reading(GRID, 42, s + 1, (3_845_000_999, 3_845_900_000), (12_100, 12_100)),
            reading(ROOF, 1, s + 2, (0, 0), (53_700_400_000, 53_701_000_001)),
            reading(GRID, 43, s + 2, (3_845_900_000, 3_847_000_000), (12_100, 15_000)),
            reading(ROOF, 2, s + 5, (0, 0), (3, 250_000)),
            reading(GRID, 44, s + 6, (3_847_000_000, 3_847_000_001), (15_000, 15_000)),
        ];
        readings[4].reading.slot_count = 4;
        readings[4].reading.quality = Quality::ESTIMATED;
        readings[5].reading.register_epoch = 3;
        readings[5].reading.quality = Quality::ESTIMATED.with(Quality::EPOCH_RAISED);
        readings[5].key_epoch = 1;
        readings[6].key_epoch = 1;
        let mut draft = Self { header, readings, end_key_epoch: 1 };
        // The reading of before this file, which its first one names.
        draft.readings[0].reading.previous = ReadingHash([0x44; 32]);
        draft.chain();
        draft.sign();
        draft
    }

    /// Has each reading name the one before it of its device, wherever there is one.
    pub fn chain(&mut self) {
        let mut last = BTreeMap::new();
        for sealed in &mut self.readings {
            if let Some(previous) = last.get(&sealed.reading.device) {
                sealed.reading.previous = *previous;
            }
            last.insert(sealed.reading.device, sealed.reading.hash());
        }
    }

    /// Signs every reading with the key of its epoch.
    pub fn sign(&mut self) {
        let gateway = GatewayId(self.header.gateway.0);
        for sealed in &mut self.readings {
            let hash = sealed.reading.hash();
            let message = interval_message(&self.header.genesis.0, gateway, sealed.key_epoch, hash);
            sealed.signature = key(sealed.key_epoch).sign(&message).to_bytes();
        }
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), &self.header).unwrap();
        for sealed in &self.readings {
            writer.reading(sealed).unwrap();
        }
        writer.end(self.end_key_epoch, |message| Ok(key(self.end_key_epoch).sign(message).to_bytes())).unwrap()
    }
}
