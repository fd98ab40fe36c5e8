//! Market files and results of slots that the chain has cleared. Neither is given out unless its bytes have the hash
//! that the chain noted when it cleared the slot.

use super::{
    BooksError,
    input::{SlotInput, input_hash},
    rows::bytes32,
};
use codec::Encode;
use deren_market::{Outcome, file::Market};
use deren_primitives::{MarketId, Slot, blake2_256};
use sqlx::PgConnection;

/// A slot's clearing, proved to be the chain's by the hash of its input.
#[derive(Clone, Debug)]
pub struct ClearedSlot {
    /// The market.
    pub market: MarketId,
    /// The slot.
    pub slot: Slot,
    /// What was cleared, with the owners' own limits.
    pub input: SlotInput,
    /// True if the block that cleared it is final.
    pub finalized: bool,
    /// True if the slot is settled in a block that is final: it can never be void any more.
    pub settled: bool,
    file: Market,
    outcome_hash: [u8; 32],
    voided: bool,
}

impl ClearedSlot {
    /// Works the slot's input out of the rows, and compares it with what the chain says of it.
    pub async fn load(connection: &mut PgConnection, market: MarketId, slot: Slot) -> Result<Self, BooksError> {
        let question = sqlx::query_as::<_, (Vec<u8>, Vec<u8>, bool, bool, bool)>(
            "SELECT c.input_hash, c.outcome_hash, c.finalized,
                    EXISTS (SELECT FROM slots_settled s WHERE s.market = c.market AND s.slot = c.slot),
                    EXISTS (SELECT FROM seen_slots_voided v WHERE v.market = c.market AND v.slot = c.slot)
             FROM seen_slots_cleared c WHERE c.market = $1 AND c.slot = $2",
        );
        let row = question.bind(i64::from(market.0)).bind(i64::from(slot.0)).fetch_optional(&mut *connection).await?;
        let (chain, outcome_hash, finalized, settled, voided) = row.ok_or(BooksError::NotCleared { market, slot })?;
        let chain = bytes32("slots_cleared.input_hash", &chain)?;
        let outcome_hash = bytes32("slots_cleared.outcome_hash", &outcome_hash)?;
        let input = SlotInput::load(connection, market, slot).await?.ok_or(BooksError::NotCleared { market, slot })?;
        let file = input.market();
        let ours = input_hash(&file);
        if ours != chain {
            return Err(differs("market file", market, slot, ours, chain));
        }
        Ok(Self { market, slot, input, finalized, settled, file, outcome_hash, voided })
    }

    /// The market file, as `deren-market` reads it.
    pub fn market_json(&self) -> Result<String, BooksError> {
        Ok(self.file.to_json()?)
    }

    /// Clears it again, which gives the chain's own result or an error. It computes for up to a second.
    pub fn outcome(&self) -> Result<Outcome, BooksError> {
        let Self { market, slot, .. } = *self;
        if self.voided {
            return Err(BooksError::Voided { market, slot });
        }
        let outcome = deren_market::clear(&self.file.network, &self.file.steps)?;
        let ours = blake2_256(&outcome.encode());
        if ours != self.outcome_hash {
            return Err(differs("result", market, slot, ours, self.outcome_hash));
        }
        Ok(outcome)
    }

    /// The result, as `deren-market verify` reads it.
    pub fn result_json(&self) -> Result<String, BooksError> {
        Ok(self.outcome()?.to_json()?)
    }
}

fn differs(what: &'static str, market: MarketId, slot: Slot, ours: [u8; 32], chain: [u8; 32]) -> BooksError {
    BooksError::Differs { what, market, slot, ours: hex::encode(ours), chain: hex::encode(chain) }
}
