//! One connection to one node: follows its blocks, submits one batch after another, and clears the outbox of what is
//! final. Every failure of the node ends the session; the readings stay where they are.

use super::{
    Uplink,
    flight::{Flight, FlightState, next_attempt},
    node::{Header, Node},
    refusals::Refusals,
};
use crate::{
    clock::unix_ms,
    codes::GatewayCode,
    error::GatewayError,
    joined_chain::JoinedChain,
    outbox::{Outbox, OutboxPosition},
    recorder::Event,
    signer::Signer,
};
use deren_primitives::{Anchor, Backoff, DeviceCursor, DeviceId, GatewayRecord, Hex, LASTING_ANCHOR_BLOCKS, Slot};
use jsonrpsee::core::client::Subscription;
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

/// Time without a block after which a chain is given up, in favour of another node.
const SILENCE: Duration = Duration::from_secs(120);
/// A node whose best block is older than this is still catching up: nothing is begun on its word.
const CURRENT_WITHIN_MS: u64 = 120_000;
/// A slot's readings are gathered for no longer than this.
const LONGEST_GATHER: Duration = Duration::from_secs(10);
/// Number of finalised blocks after which the gateway's own record is looked at without a reason.
const RECORD_EVERY_BLOCKS: u32 = 20;

/// Number of blocks by which finality may be behind the best one; four are usual.
const FINALITY_LAGS_BLOCKS: u32 = 100;

type Cursors = Vec<(DeviceId, Option<DeviceCursor>)>;

pub(super) struct Session<'u> {
    pub(super) uplink: &'u Uplink,
    pub(super) node: Node,
    pub(super) joined: JoinedChain,
    pub(super) best_block: u32,
    /// The newest final block that the chain knows for a month.
    lasting: Option<Anchor>,
    /// The newest final block.
    newest: Option<Anchor>,
    /// The slot in which the best block was made: earlier ones are over by the chain's clock.
    pub(super) chain_slot: Option<Slot>,
    /// Until then devices whose reading of the last slot is still to come are waited for.
    pub(super) gather_until: Option<Instant>,
    node_is_current: bool,
    pub(super) record: Option<GatewayRecord>,
    record_age_blocks: u32,
    pub(super) flight: Option<Flight>,
    pub(super) attempt: u32,
    /// The chain takes readings of version 2, as far as it was asked.
    pub(super) takes_version_2: bool,
    pub(super) refusals: Refusals,
    /// Devices that the recorder is moving to where the chain is.
    pub(super) moving: BTreeSet<DeviceId>,
}

impl<'u> Session<'u> {
    pub(super) fn new(uplink: &'u Uplink, node: Node, joined: JoinedChain) -> Self {
        Self {
            uplink,
            node,
            joined,
            best_block: 0,
            lasting: None,
            newest: None,
            chain_slot: None,
            gather_until: None,
            node_is_current: false,
            record: None,
            record_age_blocks: 0,
            flight: None,
            attempt: 0,
            takes_version_2: false,
            refusals: Refusals::default(),
            moving: BTreeSet::new(),
        }
    }

    /// Works until the connection fails.
    pub(super) async fn run(mut self, backoff: &mut Backoff) -> Result<std::convert::Infallible, GatewayError> {
        let mut finalised = self.node.finalised_heads().await?;
        let mut best = self.node.best_heads().await?;
        loop {
            tokio::select! {
                head = next_number(&mut best) => {
                    let number = head.map_err(|lost| self.failed("new heads", lost))?;
                    self.at_best(number).await?;
                }
                head = next_number(&mut finalised) => {
                    let number = head.map_err(|lost| self.failed("finalised heads", lost))?;
                    self.at_finalised(number).await?;
                    backoff.reset();
                }
                () = self.uplink.stored.notified() => self.submit().await?,
                () = moment(self.gather_until) => {
                    self.gather_until = None;
                    self.submit().await?;
                }
                () = tokio::time::sleep(SILENCE) => {
                    return Err(self.failed("new heads", (GatewayCode::ChainStands, "no block for two minutes")));
                }
            }
        }
    }

    pub(super) fn failed(&self, what: &str, (code, reason): (GatewayCode, impl Into<String>)) -> GatewayError {
        GatewayError::Node { url: self.node.url().to_string(), what: what.into(), reason: reason.into(), code }
    }

    /// A new best block: the chain's clock has moved on, and the batch under way may be in it.
    async fn at_best(&mut self, number: u32) -> Result<(), GatewayError> {
        self.best_block = number;
        self.uplink.board.update(|status| status.chain.best_block = Some(number));
        if let Some(newest) = self.newest.filter(|newest| self.lags(*newest)) {
            self.tell_anchor(newest);
        }
        if let Some(block_ms) = self.node.best_block_ms().await? {
            let now_ms = unix_ms();
            self.uplink.clock.see_block(block_ms);
            self.node_is_current = now_ms.abs_diff(block_ms) < CURRENT_WITHIN_MS;
            let slot = self.joined.clock().slot_at(block_ms);
            if self.chain_slot.replace(slot) != Some(slot) {
                self.gather_until = Some(Instant::now() + self.gather_time());
            }
        }
        if let Some(mut flight) = self.flight.take() {
            let cursors = self.node.cursors(&flight.devices(), None).await?;
            match flight.at_best(number, &cursors) {
                FlightState::Waiting => self.flight = Some(flight),
                FlightState::Included => {
                    self.attempt = 0;
                    let left = flight.left_behind(&cursors);
                    self.examine(&flight.signed, &left, &cursors).await?;
                    self.flight = Some(flight);
                }
                FlightState::Reorganised => {
                    tracing::info!(block = number, "the block with the last batch is no longer on the best chain");
                    self.flight = Some(flight);
                }
                FlightState::Lost => {
                    let attempt = flight.signed.batch.attempt();
                    tracing::info!(block = number, attempt, "no block took the last batch");
                    self.attempt = next_attempt(attempt);
                    if !flight.is_orphaned(&cursors) {
                        let devices = flight.devices();
                        self.examine(&flight.signed, &devices, &cursors).await?;
                    }
                }
            }
        }
        self.submit().await
    }

    /// How long a slot's readings are gathered into one batch: until bounded waits are over, within the grace. The next
    /// slot never ends meanwhile.
    fn gather_time(&self) -> Duration {
        let grace = Duration::from_secs(self.joined.parameters.grace_seconds.into());
        let half_a_slot = Duration::from_millis(self.joined.clock().slot_ms() / 2);
        (grace / 2 + Duration::from_millis(500)).min(half_a_slot).min(LONGEST_GATHER)
    }

    /// A newly finalised block: what it shows to be accepted leaves the outbox.
    async fn at_finalised(&mut self, number: u32) -> Result<(), GatewayError> {
        let Some(hash) = self.node.block_hash(number).await? else {
            return Ok(());
        };
        self.uplink.board.update(|status| status.chain.finalised_block = Some(number));
        self.show_chain(Anchor { block_number: number, block_hash: hash }).await?;
        let waiting = self.with_outbox(Outbox::waiting).await?;
        let identified = self.uplink.identified();
        let not_begun = identified.iter().any(|id| !waiting.iter().any(|(device, _)| device == id));
        let due = self.record_age_blocks >= RECORD_EVERY_BLOCKS;
        if due || not_begun || self.flight.is_some() || waiting.iter().any(|(_, count)| *count > 0) {
            let mut devices: BTreeSet<DeviceId> = identified.iter().copied().collect();
            devices.extend(waiting.iter().filter(|(_, count)| *count > 0).map(|(device, _)| *device));
            let devices: Vec<DeviceId> = devices.into_iter().collect();
            let cursors = self.node.cursors(&devices, Some(hash)).await?;
            self.confirmed(&cursors).await?;
        }
        self.look_at_record(hash, &identified).await?;
        self.submit().await
    }

    /// Says which blocks readings are anchored at. Where finality lags far behind, the latest final block would soon be
    /// too old for the chain. Then it is the latest that the chain knows for a month.
    async fn show_chain(&mut self, newest: Anchor) -> Result<(), GatewayError> {
        let hundredth = newest.block_number - newest.block_number % LASTING_ANCHOR_BLOCKS;
        if self.lasting.is_none_or(|lasting| lasting.block_number != hundredth) {
            let hash = self.node.block_hash(hundredth).await?;
            self.lasting = hash.map(|block_hash| Anchor { block_number: hundredth, block_hash });
        }
        self.newest = Some(newest);
        self.tell_anchor(newest);
        Ok(())
    }

    fn tell_anchor(&self, newest: Anchor) {
        let lasting = self.lasting.unwrap_or(newest);
        self.uplink.show_chain(&self.joined, if self.lags(newest) { lasting } else { newest }, lasting);
    }

    fn lags(&self, newest: Anchor) -> bool {
        self.best_block.saturating_sub(newest.block_number) > FINALITY_LAGS_BLOCKS
    }

    /// Compares every device with the finalised cursors, and removes what has arrived.
    async fn confirmed(&mut self, cursors: &Cursors) -> Result<(), GatewayError> {
        let to_compare = cursors.clone();
        let positions = self
            .with_outbox(move |outbox| {
                let position = |(device, cursor): &(DeviceId, Option<DeviceCursor>)| {
                    outbox.position(*device, &cursor.unwrap_or_default())
                };
                to_compare.iter().map(position).collect::<Result<Vec<_>, _>>()
            })
            .await?;
        self.moving.clear();
        let mut arrived = Vec::new();
        for ((device, cursor), position) in cursors.iter().zip(positions) {
            let device = *device;
            match position {
                OutboxPosition::InStep => {
                    arrived.extend(cursor.map(|cursor| (device, cursor.next_sequence)));
                }
                OutboxPosition::NodeBehind => {}
                // The chain takes nothing of slots long before a device served: its readings begin when it does.
                OutboxPosition::NotBegun if !self.is_registered(device) => {}
                OutboxPosition::NotBegun | OutboxPosition::ChainAhead | OutboxPosition::Forked => {
                    if position != OutboxPosition::NotBegun {
                        self.moving.insert(device);
                    }
                    if self.node_is_current {
                        // Without a recorder the process is about to end.
                        let _ = self.uplink.recorder.send(Event::Chain { device, cursor: *cursor }).await;
                    }
                }
            }
        }
        let (to_remove, finalised) = (arrived.clone(), arrived);
        let removed = self.with_outbox(move |outbox| outbox.remove_before(&to_remove)).await?;
        self.show_outbox(&finalised, removed).await?;
        if let Some(now) = self.chain_slot.filter(|_| removed > 0) {
            let slot_seconds = self.joined.parameters.slot_seconds;
            self.with_outbox(move |outbox| outbox.prune_archive(now, slot_seconds)).await?;
        }
        let Some(flight) = self.flight.take_if(|flight| flight.is_final(cursors)) else {
            return Ok(());
        };
        self.attempt = 0;
        let left = flight.left_behind(cursors);
        for device in flight.devices().into_iter().filter(|device| !left.contains(device)) {
            if self.refusals.accepted(device) {
                self.uplink.board.update_device_by_id(device, |status| status.refuse(None));
            }
        }
        if !flight.is_included() {
            self.examine(&flight.signed, &left, cursors).await?;
        }
        Ok(())
    }

    async fn show_outbox(&self, finalised: &[(DeviceId, u64)], removed: u64) -> Result<(), GatewayError> {
        if removed > 0 {
            tracing::info!(readings = removed, "final");
        }
        let waiting = self.with_outbox(Outbox::waiting).await?;
        for (device, next_sequence) in finalised {
            self.uplink.board.update_device_by_id(*device, |status| status.next_final_sequence = Some(*next_sequence));
        }
        for (device, count) in &waiting {
            self.uplink.board.update_device_by_id(*device, |status| status.waiting_readings = *count);
        }
        self.uplink.board.update(|status| {
            status.outbox.readings = waiting.iter().map(|(_, count)| count).sum();
            status.outbox.finalised_total = status.outbox.finalised_total.saturating_add(removed);
        });
        Ok(())
    }

    /// Looks whether the chain knows this gateway, its key and its devices; more often while something is missing.
    async fn look_at_record(&mut self, at: [u8; 32], identified: &[DeviceId]) -> Result<(), GatewayError> {
        self.record_age_blocks = self.record_age_blocks.saturating_add(1);
        let complete = self.record.as_ref().is_some_and(|record| {
            record.active && self.is_our_key(record) && identified.iter().all(|id| record.devices.contains(id))
        });
        if complete && self.record_age_blocks < RECORD_EVERY_BLOCKS && !self.refusals.any(identified) {
            return Ok(());
        }
        self.record_age_blocks = 0;
        let gateway = self.signer(Signer::gateway);
        let record = self.node.gateway(gateway, at).await?;
        if record != self.record {
            // Whatever was refused may be right now.
            self.refusals = Refusals::default();
            self.record = record;
        }
        if let Some(record) = self.record.clone() {
            let followed = {
                let mut signer = self.uplink.signer.write().unwrap_or_else(PoisonError::into_inner);
                signer.follow(&record.public_key, record.key_epoch)?
            };
            if followed {
                tracing::info!(key_epoch = record.key_epoch, "the chain took the new key: signing with it from now on");
                self.uplink.board.update(|status| {
                    status.public_key = Hex(record.public_key).to_string();
                    status.key_epoch = record.key_epoch;
                });
            } else if !self.is_our_key(&record) {
                let what = "the chain knows another key for this gateway than its key file holds: nothing is submitted";
                self.uplink.board.trouble("chain", (GatewayCode::OtherKey, what));
            }
        }
        let record = self.record.as_ref();
        self.uplink.board.update(|status| {
            status.chain.registered = Some(record.is_some_and(|record| record.active));
            for device in &mut status.devices {
                let known = |id| record.is_some_and(|record| record.devices.contains(&id));
                device.register(device.device.map(known));
            }
        });
        Ok(())
    }

    fn is_registered(&self, device: DeviceId) -> bool {
        self.record.as_ref().is_some_and(|record| record.devices.contains(&device))
    }

    pub(super) fn is_our_key(&self, record: &GatewayRecord) -> bool {
        self.signer(|signer| (signer.public_key(), signer.key_epoch())) == (record.public_key, record.key_epoch)
    }

    pub(super) fn signer<T>(&self, ask: impl FnOnce(&Signer) -> T) -> T {
        ask(&self.uplink.signer.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn with_outbox<T, F>(&self, work: F) -> Result<T, GatewayError>
    where
        T: Send + 'static,
        F: FnOnce(&Outbox) -> Result<T, GatewayError> + Send + 'static,
    {
        let outbox: Arc<Outbox> = self.uplink.outbox.clone();
        tokio::task::spawn_blocking(move || work(&outbox))
            .await
            .map_err(|error| GatewayError::PartEnded { part: "outbox", reason: error.to_string() })?
    }
}

/// Waits for a moment; for ever, if there is none.
async fn moment(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}

/// Number of the next block that a subscription shows.
async fn next_number(heads: &mut Subscription<Header>) -> Result<u32, (GatewayCode, String)> {
    match heads.next().await {
        Some(Ok(header)) => {
            header.number().ok_or_else(|| (GatewayCode::BadAnswer, "a block without a number".to_owned()))
        }
        Some(Err(error)) => Err((GatewayCode::BadAnswer, error.to_string())),
        None => Err((GatewayCode::NodeUnreachable, "the connection was lost".to_owned())),
    }
}
