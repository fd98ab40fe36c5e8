//! What comes back to buyers of an era's protocol fees: never more than they paid, and as much as was said.

use super::Ledger;
use crate::{NeighbourhoodError, Result};
use pallet_deren_matching::Event as Matching;

/// An era whose fees are coming back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rebating {
    fees_ueur: u128,
    rebates_ueur: u128,
    fees_seen_ueur: u128,
    paid_ueur: u128,
    buyers: u32,
}

impl Ledger {
    /// Writes down what came back, and finds what is too much.
    pub(super) fn rebated(&mut self, event: &Matching<deren_runtime::Runtime>) -> Result<()> {
        match event {
            Matching::RebateBegun { market, era, fees_ueur, rebates_ueur, .. } if *market == self.market => {
                let of_era = Rebating { fees_ueur: *fees_ueur, rebates_ueur: *rebates_ueur, ..Rebating::default() };
                if rebates_ueur > fees_ueur || self.rebates.insert(*era, of_era).is_some() {
                    return Err(wrong(*era, &of_era));
                }
            }
            Matching::Rebated { market, era, fee_ueur, amount_ueur, .. } if *market == self.market => {
                let of_era = self.rebates.entry(*era).or_default();
                of_era.fees_seen_ueur += fee_ueur;
                of_era.paid_ueur += amount_ueur;
                of_era.buyers += 1;
                let is_within = of_era.fees_seen_ueur <= of_era.fees_ueur && of_era.paid_ueur <= of_era.rebates_ueur;
                if !is_within || amount_ueur > fee_ueur {
                    return Err(wrong(*era, of_era));
                }
            }
            Matching::RebatePaid { market, era, amount_ueur, buyers } if *market == self.market => {
                let of_era = self.rebates.remove(era).unwrap_or_default();
                if (of_era.paid_ueur, of_era.buyers) != (*amount_ueur, *buyers) {
                    return Err(wrong(*era, &of_era));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn wrong(era: u32, of_era: &Rebating) -> NeighbourhoodError {
    NeighbourhoodError::Invariant(format!("era {era}: what comes back to buyers does not add up: {of_era:?}"))
}
