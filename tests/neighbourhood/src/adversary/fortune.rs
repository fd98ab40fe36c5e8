//! What some accounts gained and lost by the chain's own events, block by block. It keeps no other books.

use crate::{
    NeighbourhoodError, Result,
    chain::{Rpc, events},
};
use deren_primitives::{DeviceId, GatewayId, ReadingError, Side};
use deren_runtime::{AccountId, Runtime, RuntimeEvent, units::INITIAL_REN_PER_UEUR};
use std::collections::{BTreeMap, BTreeSet};

/// Basis points of a whole, times the Wh of a kWh.
const NEUR_BP: u128 = 10_000 * 1_000;

/// The sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fortune {
    /// Energy that they bought.
    pub bought_wh: u64,
    /// Energy that they sold.
    pub sold_wh: u64,
    /// The protocol fees in what they paid, each rounded down.
    pub fees_ueur: u128,
    /// REN that they were given, in the smallest unit.
    pub ren: u128,
    /// What came back to them of rent and dust.
    pub rebates_ueur: u128,
}

impl Fortune {
    /// What they were given, in µ€ at the rate at which the chain takes REN for fees; rounded up.
    pub fn given_ueur(&self) -> u128 {
        self.ren.div_ceil(INITIAL_REN_PER_UEUR.into()).saturating_add(self.rebates_ueur)
    }

    fn write(&mut self, event: &RuntimeEvent, accounts: &BTreeSet<AccountId>, protocol_fee_bp: u16) {
        match event {
            RuntimeEvent::Matching(pallet_deren_matching::Event::FillSettled {
                step,
                owner,
                quantity_wh,
                price_ueur_per_kwh,
                ..
            }) if accounts.contains(owner) => match step.side() {
                Side::Sell => self.sold_wh += u64::from(*quantity_wh),
                Side::Buy => {
                    self.bought_wh += u64::from(*quantity_wh);
                    let price = u128::try_from(*price_ueur_per_kwh).unwrap_or_default();
                    self.fees_ueur += price * u128::from(*quantity_wh) * u128::from(protocol_fee_bp) / NEUR_BP;
                }
            },
            RuntimeEvent::Rewards(pallet_deren_rewards::Event::Rewarded { owner, amount, .. })
                if accounts.contains(owner) =>
            {
                self.ren += amount;
            }
            RuntimeEvent::Matching(pallet_deren_matching::Event::Rebated { account, amount_ueur, .. })
                if accounts.contains(account) =>
            {
                self.rebates_ueur += amount_ueur;
            }
            _ => {}
        }
    }
}

/// What the chain says of all that was done.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Of the accounts that were asked for.
    pub fortune: Fortune,
    /// Why readings of honest gateways were refused.
    pub refused: Vec<ReadingError>,
    /// How many readings were taken of each device of all other gateways.
    pub of_others: BTreeMap<DeviceId, u32>,
}

impl Findings {
    fn write(&mut self, event: &pallet_deren_metering::Event<Runtime>, honest: &BTreeSet<GatewayId>) {
        use pallet_deren_metering::Event;
        match event {
            Event::ReadingRefused { gateway, error, .. } if honest.contains(gateway) => self.refused.push(*error),
            Event::ReadingAccepted { gateway, reading, .. } if !honest.contains(gateway) => {
                *self.of_others.entry(reading.device).or_default() += 1;
            }
            _ => {}
        }
    }
}

/// What all finalised blocks say of these accounts, of these honest gateways and of all others.
pub async fn fortune(
    rpc: &Rpc,
    accounts: &BTreeSet<AccountId>,
    honest: &BTreeSet<GatewayId>,
    protocol_fee_bp: u16,
) -> Result<Findings> {
    let mut told = Findings::default();
    for number in 1..=rpc.finalized().await?.number {
        let hash = rpc.block_hash(number).await?.ok_or_else(|| {
            NeighbourhoodError::Invariant(format!("block {number} is finalised, and the node does not have it"))
        })?;
        for record in events(rpc, hash).await? {
            told.fortune.write(&record.event, accounts, protocol_fee_bp);
            if let RuntimeEvent::Metering(event) = &record.event {
                told.write(event, honest);
            }
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ren_counts_at_the_chains_rate_for_fees() {
        let fortune = Fortune { ren: u128::from(INITIAL_REN_PER_UEUR) * 7 + 1, rebates_ueur: 2, ..Fortune::default() };
        assert_eq!(fortune.given_ueur(), 10);
    }
}
