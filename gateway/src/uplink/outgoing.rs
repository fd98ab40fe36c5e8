//! A session's outgoing side: builds batches, gives them to the node's pool, and finds out why something is refused.

use super::{
    flight::{Flight, next_attempt},
    node::Submitted,
    session::Session,
};
use crate::{
    codes::GatewayCode,
    error::GatewayError,
    outbox::{Outbox, Queued, SignedBy},
};
use deren_primitives::{
    DeviceCursor, DeviceId, GatewayRecord, MAX_READINGS_PER_BATCH, ReadingBatch, ReadingOutcome, Signature,
    SignedReading, Slot, batch_message, interval_message,
};
use std::{collections::BTreeSet, time::Instant};

impl Session<'_> {
    /// Submits the next batch, unless one is under way.
    pub(super) async fn submit(&mut self) -> Result<(), GatewayError> {
        let Some((batch, signature)) = self.next_batch().await? else {
            return Ok(());
        };
        let devices: Vec<DeviceId> = batch.readings.iter().map(|signed| signed.reading.device).collect();
        if self.attempt > 0 || self.refusals.any(&devices) {
            // Something was refused before: ask first, and leave out what would be refused again.
            if self.examine(&batch, &signature, &devices, &[]).await? {
                return Ok(());
            }
        }
        let (readings, attempt) = (batch.readings.len(), batch.attempt);
        match self.node.submit(&batch, &signature).await? {
            Submitted::Pooled | Submitted::Displaced => {
                tracing::info!(readings, attempt, "batch submitted");
                self.uplink.board.update(|status| {
                    status.outbox.batches_total = status.outbox.batches_total.saturating_add(1);
                    status.outbox.batches_again_total += u64::from(attempt > 0);
                    status.outbox.in_flight_readings = u64::try_from(readings).unwrap_or(u64::MAX);
                });
                self.flight = Some(Flight::new(batch, signature, self.best_block));
            }
            Submitted::Banned => self.attempt = next_attempt(attempt),
            Submitted::Invalid(reason) => {
                self.attempt = next_attempt(attempt);
                if !self.examine(&batch, &signature, &devices, &[]).await? {
                    let what = format!("a batch was refused: {reason}; trying again");
                    self.uplink.board.trouble("chain", (GatewayCode::BatchRefused, what));
                }
            }
        }
        Ok(())
    }

    /// The next readings as a signed batch, if there are any, and the chain would listen. What the best chain has is
    /// not waited for: where finality lags, later readings would be late.
    async fn next_batch(&mut self) -> Result<Option<(ReadingBatch, Signature)>, GatewayError> {
        if self.flight.is_none() {
            self.uplink.board.update(|status| status.outbox.in_flight_readings = 0);
        }
        let (Some(slot), Some(record)) = (self.chain_slot, &self.record) else {
            return Ok(None);
        };
        if self.flight.as_ref().is_some_and(|flight| !flight.is_included())
            || !record.active
            || !self.is_our_key(record)
            || self.gathers(record, slot)
        {
            return Ok(None);
        }
        let now = Instant::now();
        let may_go = |device: &&DeviceId| self.refusals.may_try(**device, now) && !self.moving.contains(device);
        let devices: Vec<DeviceId> = record.devices.iter().filter(may_go).copied().collect();
        if devices.is_empty() || self.with_outbox(Outbox::is_empty).await? {
            return Ok(None);
        }
        let cursors = self.node.cursors(&devices, None).await?;
        let devices: Vec<_> =
            cursors.iter().map(|(device, cursor)| (*device, cursor.unwrap_or_default().next_sequence)).collect();
        let limit = usize::try_from(MAX_READINGS_PER_BATCH).unwrap_or(1);
        let queued = self.with_outbox(move |outbox| outbox.next(&devices, slot, limit)).await?;
        if queued.is_empty() {
            return Ok(None);
        }
        let queued = self.sign_with_present_key(queued).await?;
        let signed: Vec<SignedReading> = queued
            .into_iter()
            .map(|queued| SignedReading { reading: queued.reading, signature: queued.signature })
            .collect();
        let too_many = (GatewayCode::OutboxDamaged, "more readings than a batch takes");
        let readings = signed.try_into().map_err(|_| self.failed("outbox", too_many))?;
        let (gateway, key_epoch) = self.signer(|signer| (signer.gateway(), signer.key_epoch()));
        let batch = ReadingBatch { genesis: self.joined.genesis, gateway, key_epoch, attempt: self.attempt, readings };
        let signature = self.signer(|signer| signer.sign(&batch_message(&batch)))?;
        Ok(Some((batch, signature)))
    }

    /// Signs again what an earlier key signed.
    async fn sign_with_present_key(&self, mut queued: Vec<Queued>) -> Result<Vec<Queued>, GatewayError> {
        let genesis = self.joined.genesis;
        let mut again = Vec::new();
        self.signer(|signer| {
            for queued in queued.iter_mut().filter(|queued| queued.key_epoch != signer.key_epoch()) {
                let hash = queued.reading.hash();
                queued.key_epoch = signer.key_epoch();
                queued.signature =
                    signer.sign(&interval_message(&genesis, signer.gateway(), signer.key_epoch(), hash))?;
                again.push(queued.clone());
            }
            Ok::<_, GatewayError>(())
        })?;
        if !again.is_empty() {
            let by = self.signer(|signer| SignedBy::now(signer, genesis));
            tracing::info!(readings = again.len(), "signed again with the new key");
            self.with_outbox(move |outbox| outbox.sign_again(&again, &by)).await?;
        }
        Ok(queued)
    }

    /// Asks why readings of `devices` are not taken, notes it, and lets those devices wait. True if any would be
    /// refused. Readings that `cursors` show as accepted are left out.
    pub(super) async fn examine(
        &mut self,
        batch: &ReadingBatch,
        signature: &Signature,
        devices: &[DeviceId],
        cursors: &[(DeviceId, Option<DeviceCursor>)],
    ) -> Result<bool, GatewayError> {
        if devices.is_empty() {
            return Ok(false);
        }
        let outcomes = self.node.check(batch, signature).await?;
        let accepted_already = |device: DeviceId, sequence: u64| {
            cursors.iter().any(|(id, cursor)| *id == device && cursor.is_some_and(|c| sequence < c.next_sequence))
        };
        let mut refused = BTreeSet::new();
        for (signed, outcome) in batch.readings.iter().zip(outcomes) {
            let reading = &signed.reading;
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
