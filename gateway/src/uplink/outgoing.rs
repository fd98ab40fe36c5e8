//! A session's outgoing side: forms batches, gives them to the node's pool, and finds out why something is refused.

use super::{
    batch::{Batch, SignedBatch},
    flight::{Flight, next_attempt},
    node::Submitted,
    session::Session,
};
use crate::{
    codes::GatewayCode,
    error::GatewayError,
    outbox::{Outbox, Queued, Reading, SignedBy},
};
use deren_primitives::{
    DeviceCursor, DeviceId, GatewayRecord, IntervalReading, MAX_READINGS_PER_BATCH, ReadingBatch, ReadingOutcome,
    SampledBatch, SampledReading, Signature, SignedReading, Slot, interval_message,
};
use std::{collections::BTreeSet, time::Instant};

/// A reading of version 1 and the signature that is stored for it.
type Old = (IntervalReading, Option<(u32, Signature)>);

impl Session<'_> {
    /// Submits the next batch, unless one is under way.
    pub(super) async fn submit(&mut self) -> Result<(), GatewayError> {
        let queued = self.next_readings().await?;
        let Some(signed) = self.form(queued).await? else {
            return Ok(());
        };
        let devices: Vec<DeviceId> = signed.batch.readings().iter().map(|reading| reading.device).collect();
        if self.attempt > 0 || self.refusals.any(&devices) {
            // Something was refused before: ask first, and leave out what would be refused again.
            if self.examine(&signed, &devices, &[]).await? {
                return Ok(());
            }
        }
        let (readings, attempt) = (devices.len(), signed.batch.attempt());
        match self.node.submit(&signed).await? {
            Submitted::Pooled | Submitted::Displaced => {
                tracing::info!(readings, attempt, "batch submitted");
                self.uplink.board.update(|status| {
                    status.outbox.batches_total = status.outbox.batches_total.saturating_add(1);
                    status.outbox.batches_again_total += u64::from(attempt > 0);
                    status.outbox.in_flight_readings = u64::try_from(readings).unwrap_or(u64::MAX);
                });
                self.flight = Some(Flight::new(signed, self.best_block));
            }
            Submitted::Banned => self.attempt = next_attempt(attempt),
            Submitted::Invalid(reason) => {
                self.attempt = next_attempt(attempt);
                if !self.examine(&signed, &devices, &[]).await? {
                    let what = format!("a batch was refused: {reason}; trying again");
                    self.uplink.board.trouble("chain", (GatewayCode::BatchRefused, what));
                }
            }
        }
        Ok(())
    }

    /// The next readings, if the chain would listen. What the best chain has is not waited for: where finality lags,
    /// later readings would be late.
    async fn next_readings(&mut self) -> Result<Vec<Queued>, GatewayError> {
        if self.flight.is_none() {
            self.uplink.board.update(|status| status.outbox.in_flight_readings = 0);
        }
        let (Some(slot), Some(record)) = (self.chain_slot, &self.record) else {
            return Ok(Vec::new());
        };
        if self.flight.as_ref().is_some_and(|flight| !flight.is_included())
            || !record.active
            || !self.is_our_key(record)
            || self.gathers(record, slot)
        {
            return Ok(Vec::new());
        }
        let now = Instant::now();
        let may_go = |device: &&DeviceId| self.refusals.may_try(**device, now) && !self.moving.contains(device);
        let devices: Vec<DeviceId> = record.devices.iter().filter(may_go).copied().collect();
        if devices.is_empty() || self.with_outbox(Outbox::is_empty).await? {
            return Ok(Vec::new());
        }
        let cursors = self.node.cursors(&devices, None).await?;
        let devices: Vec<_> =
            cursors.iter().map(|(device, cursor)| (*device, cursor.unwrap_or_default().next_sequence)).collect();
        let limit = usize::try_from(MAX_READINGS_PER_BATCH).unwrap_or(1);
        self.with_outbox(move |outbox| outbox.next(&devices, slot, limit)).await
    }

    /// Forms a batch of these readings and signs it. As long as some are of version 1, those go alone: each device's
    /// come before its others.
    async fn form(&mut self, queued: Vec<Queued>) -> Result<Option<SignedBatch>, GatewayError> {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for Queued { reading, signature } in queued {
            match reading {
                Reading::Interval(reading) => old.push((reading, signature)),
                Reading::Sampled(reading) => new.push(reading),
            }
        }
        if !old.is_empty() {
            return self.form_old(old).await.map(Some);
        }
        if new.is_empty() || !self.asks_for_version_2().await? {
            return Ok(None);
        }
        self.form_sampled(new).await.map(Some)
    }

    /// A batch of version 2, which is on disk before anyone is shown it.
    async fn form_sampled(&self, readings: Vec<SampledReading>) -> Result<SignedBatch, GatewayError> {
        let readings = readings.try_into().map_err(|_| self.too_many())?;
        let genesis = self.joined.genesis;
        let (gateway, key_epoch) = self.signer(|signer| (signer.gateway(), signer.key_epoch()));
        let batch = SampledBatch { genesis, gateway, key_epoch, attempt: self.attempt, readings };
        let (by, signature) = self.signer(|signer| (SignedBy::now(signer, genesis), signer.sign(&batch.message())));
        let (signature, to_store) = (signature?, batch.clone());
        self.with_outbox(move |outbox| outbox.store_batch(&to_store, &signature, &by)).await?;
        Ok(SignedBatch { batch: Batch::Sampled(batch), signature })
    }

    /// A batch of version 1.
    async fn form_old(&self, readings: Vec<Old>) -> Result<SignedBatch, GatewayError> {
        let readings = self.sign_with_present_key(readings).await?;
        let readings = readings.try_into().map_err(|_| self.too_many())?;
        let genesis = self.joined.genesis;
        let (gateway, key_epoch) = self.signer(|signer| (signer.gateway(), signer.key_epoch()));
        let batch = Batch::Interval(ReadingBatch { genesis, gateway, key_epoch, attempt: self.attempt, readings });
        let signature = self.signer(|signer| signer.sign(&batch.message()))?;
        Ok(SignedBatch { batch, signature })
    }

    fn too_many(&self) -> GatewayError {
        self.failed("outbox", (GatewayCode::OutboxDamaged, "more readings than a batch takes"))
    }

    /// True if the chain takes readings of version 2. If it does not, its owner is told, and they wait.
    async fn asks_for_version_2(&mut self) -> Result<bool, GatewayError> {
        if !self.takes_version_2 {
            self.takes_version_2 = self.node.takes_version_2().await?;
        }
        if !self.takes_version_2 {
            let what = "this chain takes no readings of version 2, which this program makes: its runtime lacks \
                        GatewayApi_check_v2 and GatewayApi_transaction_v2. They wait here until it is upgraded";
            self.uplink.board.trouble("chain", (GatewayCode::ChainTooOld, what));
        }
        Ok(self.takes_version_2)
    }

    /// Signs again what an earlier key signed.
    async fn sign_with_present_key(&self, readings: Vec<Old>) -> Result<Vec<SignedReading>, GatewayError> {
        let genesis = self.joined.genesis;
        let (mut signed, mut again) = (Vec::with_capacity(readings.len()), Vec::new());
        self.signer(|signer| {
            for (reading, signature) in readings {
                let of_present_key = signature.filter(|(key_epoch, _)| *key_epoch == signer.key_epoch());
                if let Some((_, signature)) = of_present_key {
                    signed.push(SignedReading { reading, signature });
                    continue;
                }
                let message = interval_message(&genesis, signer.gateway(), signer.key_epoch(), reading.hash());
                let reading = SignedReading { reading, signature: signer.sign(&message)? };
                again.push(reading.clone());
                signed.push(reading);
            }
            Ok::<_, GatewayError>(())
        })?;
        if !again.is_empty() {
            let by = self.signer(|signer| SignedBy::now(signer, genesis));
            tracing::info!(readings = again.len(), "signed again with the new key");
            self.with_outbox(move |outbox| outbox.sign_again(&again, &by)).await?;
        }
        Ok(signed)
    }

    /// Asks why readings of `devices` are not taken, notes it, and lets those devices wait. True if any would be
    /// refused. Readings that `cursors` show as accepted are left out.
    pub(super) async fn examine(
        &mut self,
        signed: &SignedBatch,
        devices: &[DeviceId],
        cursors: &[(DeviceId, Option<DeviceCursor>)],
    ) -> Result<bool, GatewayError> {
        if devices.is_empty() {
            return Ok(false);
        }
        let outcomes = self.node.check(signed).await?;
        let accepted_already = |device: DeviceId, sequence: u64| {
            cursors.iter().any(|(id, cursor)| *id == device && cursor.is_some_and(|c| sequence < c.next_sequence))
        };
        let mut refused = BTreeSet::new();
        for (reading, outcome) in signed.batch.readings().into_iter().zip(outcomes) {
            let ReadingOutcome::Refused(error) = outcome else {
                continue;
            };
            let counts = devices.contains(&reading.device) && !accepted_already(reading.device, reading.sequence);
            // Only a device's first: what follows it is refused because of it.
            if !counts || !refused.insert(reading.device) {
                continue;
            }
            let what = format!("reading {} of device {} is refused: {error}", reading.sequence, reading.device);
            let code = GatewayCode::of_refusal(error);
            self.uplink.board.trouble("chain", (code, what));
            let refusal = Some((code, error.to_string()).into());
            self.uplink.board.update_device_by_id(reading.device, |status| status.refuse(refusal));
            self.uplink.board.update(|status| {
                status.outbox.refused_total = status.outbox.refused_total.saturating_add(1);
            });
            self.refusals.refused(reading.device, error, Instant::now());
        }
        Ok(!refused.is_empty())
    }

    /// True while a device that can be read is still to show its reading of the slot that ended last.
    fn gathers(&self, record: &GatewayRecord, slot: Slot) -> bool {
        self.gather_until.is_some_and(|until| Instant::now() < until)
            && self.uplink.health.borrow().iter().any(|device| {
                device.is_reachable
                    && device.last_slot.is_some_and(|last| last.plus(1) < slot)
                    && device.device.is_some_and(|id| record.devices.contains(&id))
            })
    }
}
