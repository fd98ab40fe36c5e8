//! A chain in memory with the metering rules that matter to a gateway, and faults on demand.

use deren_gateway::{clock::unix_ms, outbox::Reading};
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, PublicKey, ReadingBatch, ReadingError,
    ReadingOutcome, ReadingVerdict, SampledBatch, Signature, SlotClock, batch_message, interval_message, verify,
};
use std::collections::BTreeMap;

/// The state after a block.
#[derive(Clone)]
pub struct Block {
    pub hash: [u8; 32],
    pub time_ms: u64,
    pub cursors: BTreeMap<DeviceId, DeviceCursor>,
    pub accepted: Vec<Reading>,
}

/// A batch of either version, as the chain sees it.
#[derive(Clone)]
pub struct Batch {
    pub genesis: [u8; 32],
    pub key_epoch: u32,
    pub attempt: u32,
    pub readings: Vec<Reading>,
    /// What is signed and the signature: of the batch, and of each reading of version 1.
    signed: Vec<(Vec<u8>, Signature)>,
}

impl Batch {
    /// True if this key signed the batch, and each reading of it that is signed by itself.
    pub fn is_authentic(&self, key: &PublicKey) -> bool {
        self.signed.iter().all(|(message, signature)| verify(key, message, signature))
    }
}

impl From<(ReadingBatch, Signature)> for Batch {
    fn from((batch, signature): (ReadingBatch, Signature)) -> Self {
        let ReadingBatch { genesis, gateway, key_epoch, attempt, .. } = batch;
        let mut signed = vec![(batch_message(&batch), signature)];
        let mut readings = Vec::new();
        for own in batch.readings {
            signed.push((interval_message(&genesis, gateway, key_epoch, own.reading.hash()), own.signature));
            readings.push(Reading::Interval(own.reading));
        }
        Self { genesis, key_epoch, attempt, readings, signed }
    }
}

impl From<(SampledBatch, Signature)> for Batch {
    fn from((batch, signature): (SampledBatch, Signature)) -> Self {
        let SampledBatch { genesis, key_epoch, attempt, .. } = batch;
        let signed = vec![(batch.message(), signature)];
        let readings = batch.readings.into_iter().map(Reading::Sampled).collect();
        Self { genesis, key_epoch, attempt, readings, signed }
    }
}

/// The chain with its pool and its faults.
#[derive(Clone)]
pub struct Chain {
    pub parameters: ChainParameters,
    blocks: Vec<Block>,
    finalised: usize,
    pool: Vec<Batch>,
    gateway: Option<GatewayRecord>,
    /// Number of the next submissions that are taken and then forgotten.
    pub lose_submissions: u32,
    /// Number of the next submissions that the pool refuses as banned.
    pub ban_submissions: u32,
    /// Readings of these devices are refused.
    pub refuse: BTreeMap<DeviceId, ReadingError>,
    /// Asked for the finalised head, the node answers what is no hash.
    pub nonsense_head: bool,
    /// The runtime is too old for readings of version 2.
    pub lacks_version_2: bool,
    /// Every batch that was submitted.
    pub submitted: Vec<Batch>,
    salt: u8,
}

impl Chain {
    /// A chain of its own for each `salt`, with slots of this length.
    pub fn new(salt: u8, slot_seconds: u32) -> Self {
        let parameters = ChainParameters {
            slot_seconds,
            slot_energy_seconds: slot_seconds,
            grace_seconds: 3,
            grace_blocks: 1,
            slots_per_era: 1,
            development: true,
        };
        let mut chain = Self {
            parameters,
            blocks: Vec::new(),
            finalised: 0,
            pool: Vec::new(),
            gateway: None,
            lose_submissions: 0,
            ban_submissions: 0,
            refuse: BTreeMap::new(),
            nonsense_head: false,
            lacks_version_2: false,
            submitted: Vec::new(),
            salt,
        };
        chain.push(Block { hash: [salt; 32], time_ms: unix_ms(), cursors: BTreeMap::new(), accepted: Vec::new() });
        chain
    }

    /// Registers the gateway with these devices; those that are new stand at the beginning.
    pub fn register(&mut self, public_key: PublicKey, key_epoch: u32, devices: &[DeviceId]) {
        self.gateway = Some(GatewayRecord { public_key, key_epoch, active: true, devices: devices.to_vec() });
        for block in &mut self.blocks {
            for device in devices {
                block.cursors.entry(*device).or_default();
            }
        }
    }

    /// Sets where a device stands, as if another gateway had read it so far.
    pub fn set_cursor(&mut self, device: DeviceId, cursor: DeviceCursor) {
        for block in &mut self.blocks {
            block.cursors.insert(device, cursor);
        }
    }

    fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    pub fn clock(&self) -> SlotClock {
        self.parameters.clock()
    }

    pub fn genesis(&self) -> [u8; 32] {
        [self.salt; 32]
    }

    pub fn best(&self) -> &Block {
        self.blocks.last().expect("never empty")
    }

    pub fn best_number(&self) -> u32 {
        self.blocks.len() as u32 - 1
    }

    pub fn finalised_number(&self) -> u32 {
        self.finalised as u32
    }

    pub fn hash(&self, number: u32) -> Option<[u8; 32]> {
        self.blocks.get(number as usize).map(|block| block.hash)
    }

    /// The block with this hash, or the best one.
    pub fn block(&self, hash: Option<&[u8]>) -> &Block {
        hash.and_then(|hash| self.blocks.iter().find(|block| block.hash == hash)).unwrap_or(self.best())
    }

    pub fn record(&self, gateway: GatewayId) -> Option<GatewayRecord> {
        let _ = gateway;
        self.gateway.clone()
    }

    /// All readings accepted in blocks that are final, in order.
    pub fn final_readings(&self) -> Vec<Reading> {
        self.blocks[..=self.finalised].iter().flat_map(|block| block.accepted.clone()).collect()
    }

    pub fn submit(&mut self, batch: Batch) -> Result<(), (i32, &'static str)> {
        self.submitted.push(batch.clone());
        let key = self.gateway.as_ref().map(|gateway| gateway.public_key).unwrap_or_default();
        if !batch.is_authentic(&key) {
            return Err((1010, "Invalid Transaction"));
        }
        if self.ban_submissions > 0 {
            self.ban_submissions -= 1;
            return Err((1012, "Transaction is temporarily banned"));
        }
        if self.lose_submissions > 0 {
            self.lose_submissions -= 1;
            return Ok(());
        }
        if !self.pool.is_empty() {
            return Err((1014, "Priority is too low"));
        }
        self.pool.push(batch);
        Ok(())
    }

    /// What would become of each reading in the next block.
    pub fn check(&self, batch: &Batch) -> Vec<ReadingOutcome> {
        let mut state = self.best().clone();
        (0..batch.readings.len()).map(|index| self.judge(&mut state, batch, index, unix_ms())).collect()
    }

    fn judge(&self, state: &mut Block, batch: &Batch, index: usize, now_ms: u64) -> ReadingOutcome {
        let reading = &batch.readings[index];
        let Some(gateway) = &self.gateway else {
            return ReadingOutcome::Refused(ReadingError::UnknownGateway);
        };
        let Some(cursor) = state.cursors.get_mut(&reading.device) else {
            return ReadingOutcome::Refused(ReadingError::UnknownDevice);
        };
        let refused = if batch.genesis != self.genesis() {
            Some(ReadingError::OtherGenesis)
        } else if batch.key_epoch != gateway.key_epoch {
            Some(ReadingError::WrongKeyEpoch)
        } else if let Some(error) = self.refuse.get(&reading.device) {
            Some(*error)
        } else if reading.sequence != cursor.next_sequence {
            Some(ReadingError::WrongSequence)
        } else if reading.previous != cursor.last_hash {
            Some(ReadingError::WrongPreviousHash)
        } else if !batch.is_authentic(&gateway.public_key) {
            Some(ReadingError::BadSignature)
        } else if self.clock().start_ms(reading.end_slot()) > now_ms {
            Some(ReadingError::SlotNotEnded)
        } else if reading.first_slot < cursor.next_slot {
            Some(ReadingError::SlotAlreadyRead)
        } else {
            None
        };
        if let Some(error) = refused {
            return ReadingOutcome::Refused(error);
        }
        *cursor = DeviceCursor {
            next_sequence: reading.sequence + 1,
            last_hash: reading.hash(),
            register_epoch: reading.register_epoch,
            next_slot: reading.end_slot(),
            registers: reading.registers,
        };
        state.accepted.push(reading.clone());
        ReadingOutcome::Accepted(ReadingVerdict::GOOD)
    }

    pub fn make_block(&mut self) {
        let number = self.blocks.len();
        let mut block = self.best().clone();
        block.accepted.clear();
        block.time_ms = unix_ms();
        self.salt = self.blocks[0].hash[0];
        block.hash = [0; 32];
        block.hash[..8].copy_from_slice(&(number as u64).to_le_bytes());
        block.hash[8..16].copy_from_slice(&block.time_ms.to_le_bytes());
        block.hash[31] = 1;
        for batch in std::mem::take(&mut self.pool) {
            let time_ms = block.time_ms;
            for index in 0..batch.readings.len() {
                self.judge(&mut block, &batch, index, time_ms);
            }
        }
        self.push(block);
    }

    pub fn finalise(&mut self) {
        self.finalised = self.blocks.len() - 1;
    }

    /// Forgets what is not final, with its transactions.
    pub fn reorganise(&mut self) {
        self.blocks.truncate(self.finalised + 1);
    }
}
