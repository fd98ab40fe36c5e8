//! Blocks in process, as a validator makes them, at any moment.

use crate::{
    AccountId, Balance, Executive, Header, Nonce, RuntimeCall, Session, SignedPayload, System, UncheckedExtrinsic,
    submission, units::BLOCK_MS,
};
use codec::Encode;
use sp_consensus_babe::{BABE_ENGINE_ID, Slot, digests::PreDigest, digests::SecondaryPlainPreDigest};
use sp_core::{Pair, sr25519};
use sp_runtime::{
    Digest, DigestItem, MultiSignature,
    generic::Era,
    traits::{BlakeTwo256, Hash as _, Header as _},
};

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
    let mut base: Value = from_slice(&crate::genesis::config(&None).expect("a default")).expect("it is JSON");
    merge(&mut base, from_slice(patch).expect("the patch is JSON"));
    base.to_string().into_bytes()
}

/// Begins the next block, with this moment's timestamp in it. Its author is the first validator that is not disabled:
/// a block of another could not be finished.
pub fn begin_block_at(now_ms: u64) {
    let validators = Session::validators().len().max(1) as u32;
    for author in 0..validators {
        sp_io::storage::start_transaction();
        initialize_block_of(author, now_ms);
        if !author_is_disabled() {
            sp_io::storage::commit_transaction();
            break;
        }
        assert!(author + 1 < validators, "every validator is disabled, so nobody can make a block");
        sp_io::storage::rollback_transaction();
    }
    let timestamp = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now: now_ms });
    Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(timestamp)).expect("valid").expect("it succeeds");
}

/// True if who makes this block may make none.
pub fn author_is_disabled() -> bool {
    use frame_support::traits::{DisabledValidators as _, FindAuthor as _};
    let digest = System::digest();
    let logs = digest.logs.iter().filter_map(|log| log.as_pre_runtime());
    crate::Babe::find_author(logs).is_some_and(Session::is_disabled)
}

fn initialize_block_of(authority_index: u32, now_ms: u64) {
    let number = System::block_number() + 1;
    let slot = Slot::from(now_ms / BLOCK_MS);
    let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
    let parent = if number == 1 { Default::default() } else { BlakeTwo256::hash(&number.encode()) };
    let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())] };
    Executive::initialize_block(&Header::new(number, Default::default(), Default::default(), parent, digest));
}

/// A transaction that the holder of this key signs now, for this account, with a tip in REN.
pub fn signed_by(
    key: &sr25519::Pair,
    account: AccountId,
    nonce: Nonce,
    call: RuntimeCall,
    tip: Balance,
) -> UncheckedExtrinsic {
    let extension = submission::extension(nonce, Era::Immortal, tip);
    let payload = SignedPayload::new(call, extension).expect("the chain knows its first block");
    let signature = payload.using_encoded(|bytes| key.sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, account.into(), MultiSignature::Sr25519(signature), extension)
}
