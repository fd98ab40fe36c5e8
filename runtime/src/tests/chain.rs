//! A chain in memory: a preset's first state, and blocks made as a validator makes them.

use crate::{
    AccountId, Executive, Header, Runtime, RuntimeCall, SignedPayload, System, UncheckedExtrinsic, genesis, submission,
    units::BLOCK_MS,
};
use codec::Encode;
use sp_consensus_babe::{BABE_ENGINE_ID, Slot, digests::PreDigest, digests::SecondaryPlainPreDigest};
use sp_core::Pair;
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::{
    ApplyExtrinsicResult, Digest, DigestItem, MultiSignature,
    generic::Era,
    traits::{BlakeTwo256, Hash as _, Header as _, IdentifyAccount},
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

/// The default genesis with a patch put over it.
pub fn merged(patch: &[u8]) -> Vec<u8> {
    use serde_json_no_std::{Value, from_slice};
    fn merge(base: &mut Value, patch: Value) {
        match (base, patch) {
            (Value::Object(base), Value::Object(patch)) => {
                for (key, value) in patch {
                    merge(base.entry(key).or_insert(Value::Null), value);
                }
            }
            (base, patch) => *base = patch,
        }
    }
    let mut base: Value = from_slice(&genesis::config(&None).expect("a default")).expect("it is JSON");
    merge(&mut base, from_slice(patch).expect("the patch is JSON"));
    base.to_string().into_bytes()
}

/// Begins the next block, with its timestamp in it.
pub fn begin_block() {
    let number = System::block_number() + 1;
    let now = FIRST_BLOCK_MS + u64::from(number - 1) * BLOCK_MS;
    let claim =
        PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot: Slot::from(now / BLOCK_MS) });
    let parent = if number == 1 { Default::default() } else { BlakeTwo256::hash(&number.encode()) };
    let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())] };
    Executive::initialize_block(&Header::new(number, Default::default(), Default::default(), parent, digest));
    let timestamp = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
    Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(timestamp)).unwrap().unwrap();
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
pub fn signed(who: Sr25519Keyring, call: RuntimeCall, fee_asset: Option<u32>) -> UncheckedExtrinsic {
    let account = who.to_account_id();
    let extension = submission::extension(System::account_nonce(&account), Era::Immortal, fee_asset);
    let payload = SignedPayload::new(call, extension).expect("the chain knows its first block");
    let signature = payload.using_encoded(|bytes| who.sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, account.into(), MultiSignature::Sr25519(signature), extension)
}

/// Puts a transaction of this account into the block.
pub fn apply(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> ApplyExtrinsicResult {
    Executive::apply_extrinsic(signed(who, call.into(), None))
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
