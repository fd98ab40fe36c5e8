//! A chain in memory: a preset's first state, and blocks made as a validator makes them.

pub use crate::fuzzing::blocks::merged;
use crate::{
    AccountId, Balance, Executive, Runtime, RuntimeCall, System, UncheckedExtrinsic,
    fuzzing::blocks::{begin_block_at, signed_by},
    genesis,
    units::BLOCK_MS,
};
use sp_core::Pair;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::{
    ApplyExtrinsicResult,
    traits::IdentifyAccount,
    transaction_validity::{TransactionSource, TransactionValidity},
};

/// The moment of block 1.
const FIRST_BLOCK_MS: u64 = 1_790_000_001_000;

/// Runs `test` on the first state of a preset. Transactions can be checked as if block 0 were the best.
pub fn on_preset<T>(preset: &str, test: impl FnOnce() -> T) -> T {
    let mut state = TestExternalities::new_empty();
    state.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    state.execute_with(|| {
        let json = genesis::config(&Some(preset.into())).map(|patch| merged(&patch)).expect("the preset exists");
        genesis::build_state(json).expect("the preset builds");
        test()
    })
}

/// Begins the next block, with its timestamp in it.
pub fn begin_block() {
    begin_block_at(FIRST_BLOCK_MS + u64::from(System::block_number()) * BLOCK_MS);
}

/// Makes whole blocks until this one has begun.
pub fn run_to(block: u32) {
    while System::block_number() < block {
        if System::block_number() > 0 {
            Executive::finalize_block();
        }
        begin_block();
    }
}

/// A transaction that this account signs now.
pub fn signed(who: Sr25519Keyring, call: RuntimeCall) -> UncheckedExtrinsic {
    signed_with_tip(who, call, 0)
}

/// A transaction that this account signs now, with a tip in REN.
pub fn signed_with_tip(who: Sr25519Keyring, call: RuntimeCall, tip: Balance) -> UncheckedExtrinsic {
    let account = who.to_account_id();
    let nonce = System::account_nonce(&account);
    signed_by(&who.pair(), account, nonce, call, tip)
}

/// Puts a transaction of this account into the block.
pub fn apply(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> ApplyExtrinsicResult {
    Executive::apply_extrinsic(signed(who, call.into()))
}

/// What the pool says to a transaction.
pub fn validate(transaction: UncheckedExtrinsic) -> TransactionValidity {
    Executive::validate_transaction(TransactionSource::External, transaction, System::block_hash(0))
}

/// A gateway's key from a seed.
pub fn gateway_key(seed: u8) -> sp_core::ed25519::Pair {
    sp_core::ed25519::Pair::from_seed(&[seed; 32])
}

/// The account of a key.
pub fn account(key: Sr25519Keyring) -> AccountId {
    IdentifyAccount::into_account(sp_runtime::MultiSigner::Sr25519(key.public()))
}

/// Events of this block that `find` takes.
pub fn events<T>(find: impl Fn(crate::RuntimeEvent) -> Option<T>) -> Vec<T> {
    frame_system::Pallet::<Runtime>::read_events_no_consensus().filter_map(|record| find(record.event)).collect()
}
