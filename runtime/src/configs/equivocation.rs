//! What BABE's and GRANDPA's calls weigh on this chain. The pallets' own figures are those of another database.

use crate::Runtime;
use frame_support::{
    traits::Get,
    weights::{
        RuntimeDbWeight, Weight,
        constants::{WEIGHT_REF_TIME_PER_MICROS, WEIGHT_REF_TIME_PER_NANOS},
    },
};

fn database() -> RuntimeDbWeight {
    <Runtime as frame_system::Config>::DbWeight::get()
}

fn micros(micros: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(WEIGHT_REF_TIME_PER_MICROS), 0)
}

/// A report, whose two signatures take `proof_us`. The computing is what the pallets state, and 10 µs a validator. For
/// a proof of the session that goes on, the trie of all keys is built, which reads each validator's. The reporter says
/// how many those are, so it counts as no fewer than there may be.
fn report_equivocation(validators: u32, proof_us: u64) -> Weight {
    let validators = u64::from(validators.max(<Runtime as pallet_babe::Config>::MaxAuthorities::get()));
    let membership = micros(35)
        .saturating_add(
            Weight::from_parts(WEIGHT_REF_TIME_PER_NANOS.saturating_mul(10_175), 0).saturating_mul(validators),
        )
        .saturating_add(database().reads(validators.saturating_add(5)));
    // The ban is two reads and a write more than the pallets know of, and the note in the header one write.
    let offence = micros(110 + 60).saturating_add(database().reads_writes(14 + 2, 10 + 2));
    membership.saturating_add(micros(proof_us)).saturating_add(offence)
}

/// What BABE's calls weigh.
pub struct BabeWeight;

impl pallet_babe::WeightInfo for BabeWeight {
    fn plan_config_change() -> Weight {
        micros(5).saturating_add(database().writes(1))
    }

    fn report_equivocation(validators: u32, _nominators: u32) -> Weight {
        report_equivocation(validators, 110)
    }
}

/// What GRANDPA's calls weigh.
pub struct GrandpaWeight;

impl pallet_grandpa::WeightInfo for GrandpaWeight {
    /// It also finds the session of the set and of the one before.
    fn report_equivocation(validators: u32, _nominators: u32) -> Weight {
        report_equivocation(validators, 95).saturating_add(database().reads(2))
    }

    fn note_stalled() -> Weight {
        micros(3).saturating_add(database().writes(1))
    }
}
