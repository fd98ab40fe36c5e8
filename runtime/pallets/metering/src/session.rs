//! One batch being judged: what it needs of storage is read once, and written once at its end. The same code serves
//! the transaction pool, the block and the runtime's query, which writes nothing.

use crate::{
    Config, Cursors, DeviceStanding, Energies, Pallet, ReadingCounts, SiteEnergies, SlotEnergies,
    batch::{Head, Reading},
};
use alloc::collections::BTreeMap;
use deren_market::{
    Pace, is_before_service,
    reading::{self, ChainTime, Facts},
};
use deren_primitives::{
    Anchor, ChainParameters, DeviceCursor, DeviceId, DeviceRole, GatewayId, IntervalReading, MarketId, PublicKey,
    ReadingError, ReadingHash, ReadingVerdict, Signature, SiteId, Slot, SlotClock, interval_message,
};
use deren_runtime_apis::{DeviceView, MarketRegistry};
use sp_core::ed25519;

/// For at most this many slots a reading of many slots is counted: its newest ones that are open.
const MAX_COUNTED_SLOTS: u32 = 8;

/// True if `signature` is `key`'s over `message`, by the rules of ZIP 215, as [`deren_primitives::verify`] judges.
pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    #[cfg(test)]
    crate::tests::mock::SignatureChecks::mutate(|checks| *checks += 1);
    sp_io::crypto::ed25519_verify(&ed25519::Signature::from_raw(*signature), message, &ed25519::Public::from_raw(*key))
}

/// A batch whose gateway is known, active and signs with its present key.
pub(crate) struct Session<T: Config> {
    parameters: ChainParameters,
    clock: SlotClock,
    genesis: [u8; 32],
    current: Slot,
    closed: Slot,
    block: u32,
    gateway: GatewayId,
    key: PublicKey,
    key_epoch: u32,
    standings: BTreeMap<DeviceId, DeviceStanding>,
    energies: BTreeMap<(MarketId, Slot, SiteId), SlotEnergies>,
    counts: BTreeMap<(MarketId, Slot), u32>,
    anchor: Option<(Anchor, ReadingVerdict)>,
    anchors: u32,
    _config: core::marker::PhantomData<T>,
}

/// A reading that may be accepted if its signature is good.
pub(crate) struct Next {
    device: DeviceView,
    cursor: DeviceCursor,
    pace: Pace,
    /// The reading's hash.
    pub hash: ReadingHash,
}

/// A reading that was accepted.
pub(crate) struct Accepted {
    pub market: MarketId,
    pub site: SiteId,
    pub role: DeviceRole,
    pub hash: ReadingHash,
    pub energies: Energies,
    pub verdict: ReadingVerdict,
}

/// What the rules ask of a device.
fn facts(device: &DeviceView) -> Facts {
    let DeviceView { rated_power_w, register_step_mwh, in_service, .. } = *device;
    Facts { rated_power_w, register_step_mwh, in_service }
}

impl<T: Config> Session<T> {
    /// The cheap checks of a batch: its chain, its gateway, its key epoch.
    pub fn open(head: &Head) -> Result<Self, ReadingError> {
        let genesis = Pallet::<T>::genesis().ok_or(ReadingError::OtherGenesis)?;
        if head.genesis != genesis {
            return Err(ReadingError::OtherGenesis);
        }
        let (key, key_epoch) = T::Registry::gateway_key(head.gateway)?;
        if head.key_epoch != key_epoch {
            return Err(ReadingError::WrongKeyEpoch);
        }
        Ok(Self {
            parameters: Pallet::<T>::parameters(),
            clock: Pallet::<T>::clock(),
            genesis,
            current: Pallet::<T>::slot_now(),
            closed: Pallet::<T>::newest_closed(),
            block: Pallet::<T>::block_now(),
            gateway: head.gateway,
            key,
            key_epoch,
            standings: BTreeMap::new(),
            energies: BTreeMap::new(),
            counts: BTreeMap::new(),
            anchor: None,
            anchors: 0,
            _config: core::marker::PhantomData,
        })
    }

    /// True if `signature` is the gateway's over this message.
    pub fn signed(&self, message: &[u8], signature: &Signature) -> bool {
        verify(&self.key, message, signature)
    }

    /// All checks of a reading but its signature.
    pub fn next(&self, of: &impl Reading) -> Result<Next, ReadingError> {
        let reading = of.interval();
        let device = T::Registry::device(self.gateway, reading.device, reading.first_slot)?;
        let standing = self.standings.get(&reading.device).copied().or_else(|| Cursors::<T>::get(reading.device));
        let DeviceStanding { cursor, pace } =
            standing.unwrap_or(DeviceStanding { cursor: DeviceCursor::default(), pace: Pace::from(device.from) });
        reading::ensure_next(reading, &cursor, self.current)?;
        if standing.is_none() && is_before_service(reading.end_slot(), device.from) {
            return Err(ReadingError::BeforeService);
        }
        let pace = pace.take(self.current).ok_or(ReadingError::TooFast)?;
        Ok(Next { device, cursor, pace, hash: of.hash() })
    }

    /// The check of a reading's own signature, if its version has one.
    pub fn ensure_signed(&self, reading: &impl Reading, hash: ReadingHash) -> Result<(), ReadingError> {
        let Some(signature) = reading.own_signature() else { return Ok(()) };
        let message = interval_message(&self.genesis, self.gateway, self.key_epoch, hash);
        if self.signed(&message, signature) { Ok(()) } else { Err(ReadingError::BadSignature) }
    }

    /// Takes a reading that passed all checks, and says what it is worth.
    pub fn accept(&mut self, of: &impl Reading, next: Next) -> Accepted {
        let Next { device, cursor, pace, hash } = next;
        let reading = of.interval();
        let verdict = of.verdict(&cursor, &facts(&device), &self.time()).with(self.judge_anchor(reading.anchor));
        let energies = Energies::of(reading);
        self.standings.insert(reading.device, DeviceStanding { cursor: reading::advance(reading, hash), pace });
        self.count(device.market, reading);
        if verdict.trades() {
            let key = (device.market, reading.first_slot, device.site);
            self.energies
                .entry(key)
                .or_insert_with(|| SiteEnergies::<T>::get((key.0, key.1), key.2).unwrap_or_default())
                .add(device.role, device.register_step_mwh, energies);
        }
        Accepted { market: device.market, site: device.site, role: device.role, hash, energies, verdict }
    }

    /// True if a reading of this slot may still trade.
    pub fn is_open(&self, reading: &IntervalReading) -> bool {
        reading.end_slot() > self.closed.next()
    }

    /// What the chain knows of time.
    fn time(&self) -> ChainTime {
        let slot_energy_seconds = self.parameters.slot_energy_seconds;
        ChainTime { clock: self.clock, slot_energy_seconds, closed_through: self.closed }
    }

    /// Counts the reading for its open slots. Nothing is counted for closed slots, which may be forgotten already.
    fn count(&mut self, market: MarketId, reading: &IntervalReading) {
        let end = reading.end_slot();
        let open = self.closed.next().max(reading.first_slot);
        let newest = Slot(end.0.saturating_sub(MAX_COUNTED_SLOTS));
        for slot in open.max(newest).0..end.0 {
            let count = self.counts.entry((market, Slot(slot))).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Whether the anchor is a block of this chain that a reading may name. Readings of one batch mostly share it.
    fn judge_anchor(&mut self, anchor: Anchor) -> ReadingVerdict {
        if let Some((known, verdict)) = self.anchor
            && known == anchor
        {
            return verdict;
        }
        self.anchors = self.anchors.saturating_add(1);
        let verdict = Pallet::<T>::judge_anchor(anchor, self.block);
        self.anchor = Some((anchor, verdict));
        verdict
    }

    /// Writes what the batch changed. Returns the most of distinct devices, site's slots and anchors, by which its true
    /// weight is known.
    pub fn close(self) -> u32 {
        let items = self.standings.len().max(self.energies.len());
        for (device, standing) in self.standings {
            Cursors::<T>::insert(device, standing);
        }
        for ((market, slot, site), energies) in self.energies {
            SiteEnergies::<T>::insert((market, slot), site, energies);
        }
        for ((market, slot), count) in self.counts {
            ReadingCounts::<T>::mutate(market, slot, |sum| *sum = sum.saturating_add(count));
        }
        u32::try_from(items).unwrap_or(u32::MAX).max(self.anchors)
    }
}
