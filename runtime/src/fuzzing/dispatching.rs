//! From whom a call comes, and by which way: as a transaction with its fee, or straight to the pallet behind the
//! filter of calls.

use super::{
    blocks::{author_is_disabled, signed_by},
    coverage::error_name,
    maker::Maker,
    shapes::Name,
    table::by_nobody_of_the_administration,
};
use crate::{
    AccountId, Executive, OriginCaller, RuntimeCall, RuntimeOrigin, System, UncheckedExtrinsic,
    configs::CouncilCollective, submission, units::MILLI_REN,
};
use frame_support::traits::OriginTrait;
use sp_runtime::{generic::Era, traits::Dispatchable};

/// Makes the call in this block. `Err` says why it failed. Nobody can finish a block that takes the right to make it
/// away from its author. Such a call waits for another's block, and here it is taken back.
pub fn make(maker: &mut Maker<'_, '_>, name: &Name, call: RuntimeCall) -> Result<(), String> {
    use frame_support::storage::{TransactionOutcome, with_transaction};
    with_transaction(|| {
        let made = attempt(maker, name, call);
        let fits = Ok::<_, sp_runtime::DispatchError>(made);
        if author_is_disabled() { TransactionOutcome::Rollback(fits) } else { TransactionOutcome::Commit(fits) }
    })
    .unwrap_or_else(|error| Err(error_name(&error)))
}

fn attempt(maker: &mut Maker<'_, '_>, name: &Name, call: RuntimeCall) -> Result<(), String> {
    use pallet_deren_metering::Call;
    let is_batch = matches!(call, RuntimeCall::Metering(Call::submit { .. } | Call::submit_v2 { .. }));
    if is_batch && !maker.bytes.one_in(24) {
        let batch = UncheckedExtrinsic::new_transaction(call, submission::extension(0, Era::Immortal, 0));
        return put_into_block(batch);
    }
    let origin = origin_for(maker, name, &call);
    let signer = signer_of(&origin).filter(|_| !maker.bytes.one_in(3));
    match signer.as_ref().and_then(|account| maker.people.key(account)) {
        Some(key) if maker.bytes.one_in(2) => {
            let account = AccountId::from(sp_core::Pair::public(key).0);
            let tip = if maker.bytes.one_in(3) { MILLI_REN } else { 0 };
            let nonce = System::account_nonce(&account);
            put_into_block(signed_by(key, account, nonce, call, tip))
        }
        _ => call.dispatch(origin).map(|_| ()).map_err(|error| error_name(&error.error)),
    }
}

/// As a validator does.
fn put_into_block(transaction: UncheckedExtrinsic) -> Result<(), String> {
    match Executive::apply_extrinsic(transaction) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error_name(&error)),
        Err(invalid) => Err(format!("{invalid:?}")),
    }
}

fn signer_of(origin: &RuntimeOrigin) -> Option<AccountId> {
    match origin.caller() {
        OriginCaller::system(frame_system::RawOrigin::Signed(account)) => Some(account.clone()),
        _ => None,
    }
}

fn council(yes: u32) -> RuntimeOrigin {
    pallet_collective::RawOrigin::<AccountId, CouncilCollective>::Members(yes, super::people::COUNCIL as u32).into()
}

/// In three of four cases the first of those who have a say for whom the call succeeds; else anyone.
fn origin_for(maker: &mut Maker<'_, '_>, name: &Name, call: &RuntimeCall) -> RuntimeOrigin {
    let anyone = RuntimeOrigin::signed(maker.account());
    let administration = !by_nobody_of_the_administration(name);
    if maker.bytes.one_in(4) {
        return match maker.bytes.below(16) {
            0 => RuntimeOrigin::none(),
            1 | 2 if administration => RuntimeOrigin::root(),
            3 | 4 if administration => council(maker.bytes.below(5) as u32),
            _ => anyone,
        };
    }
    let mut candidates: Vec<_> = std::mem::take(&mut maker.concerned).into_iter().map(RuntimeOrigin::signed).collect();
    candidates.push(anyone.clone());
    if administration {
        candidates.extend([council(3), RuntimeOrigin::root(), council(4)]);
    }
    candidates.push(RuntimeOrigin::signed(maker.people.account(0)));
    candidates.into_iter().find(|origin| would_succeed(call.clone(), origin.clone())).unwrap_or(anyone)
}

/// Makes the call and takes everything of it back.
fn would_succeed(call: RuntimeCall, origin: RuntimeOrigin) -> bool {
    frame_support::storage::with_transaction(|| {
        let succeeds = call.dispatch(origin).is_ok();
        frame_support::storage::TransactionOutcome::Rollback(Ok::<bool, sp_runtime::DispatchError>(succeeds))
    })
    .unwrap_or(false)
}
