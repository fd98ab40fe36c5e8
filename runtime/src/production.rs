//! What a chain beyond development must not begin with. It is a key over everything or over everybody's euros, keys
//! that everyone knows, too few who decide, or other parameters than the design's.

use crate::{
    AccountId, Balances, Metering, Runtime, SessionKeys,
    configs::{CouncilCollective, euro_roles_account, treasury_account},
    units::{EUR_ASSET, MILLI_REN},
};
use alloc::{format, string::String, vec::Vec};
use frame_support::{ensure, traits::fungibles::roles::Inspect};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// With fewer validators one that fails stops finality.
const FEWEST_VALIDATORS: usize = 4;
/// With fewer members one of them decides alone.
const FEWEST_MEMBERS: usize = 3;
/// Seconds of a slot, and the metered time that it stands for.
const SLOT_S: u32 = 900;
/// A day's quarter-hours.
const SLOTS_PER_ERA: u32 = 96;
/// The least grace after a slot, in seconds and in blocks.
const LEAST_GRACE: (u32, u32) = (120, 40);

/// `Err` with what is wrong, and what to do about it. A development chain may begin as it likes.
pub fn check() -> Result<(), String> {
    if Metering::parameters().development {
        return Ok(());
    }
    check_sudo()?;
    check_parameters()?;
    check_validators()?;
    check_council()?;
    check_euros()?;
    check_treasury()?;
    match frame_system::Account::<Runtime>::iter_keys().find(is_public) {
        Some(account) => Err(format!("genesis: {account:?} is a well-known development account: endow another")),
        None => Ok(()),
    }
}

#[cfg(any(feature = "std", feature = "sudo"))]
fn check_sudo() -> Result<(), String> {
    ensure!(
        pallet_sudo::Key::<Runtime>::get().is_none(),
        "genesis: sudo.key is set, and only a development chain has one: leave it out"
    );
    Ok(())
}

#[cfg(not(any(feature = "std", feature = "sudo")))]
fn check_sudo() -> Result<(), String> {
    Ok(())
}

fn check_parameters() -> Result<(), String> {
    let is = Metering::parameters();
    let (least_s, least_blocks) = LEAST_GRACE;
    ensure!(is.slot_seconds == SLOT_S, format!("genesis: metering.slotSeconds is {}, not {SLOT_S}", is.slot_seconds));
    ensure!(
        is.slot_energy_seconds == SLOT_S,
        format!("genesis: metering.slotEnergySeconds is {}, not {SLOT_S}", is.slot_energy_seconds)
    );
    ensure!(
        is.slots_per_era == SLOTS_PER_ERA,
        format!("genesis: metering.slotsPerEra is {}, not {SLOTS_PER_ERA}", is.slots_per_era)
    );
    ensure!(
        is.grace_seconds >= least_s,
        format!("genesis: metering.graceSeconds is {}, less than {least_s}", is.grace_seconds)
    );
    ensure!(
        is.grace_blocks >= least_blocks,
        format!("genesis: metering.graceBlocks is {}, less than {least_blocks}", is.grace_blocks)
    );
    Ok(())
}

fn check_validators() -> Result<(), String> {
    let keys = pallet_session::QueuedKeys::<Runtime>::get();
    let count = keys.len();
    ensure!(
        count >= FEWEST_VALIDATORS,
        format!("genesis: session.keys names {count} validators: name at least {FEWEST_VALIDATORS}")
    );
    match keys.iter().find(|(account, keys)| is_public(account) || are_public(keys)) {
        Some((account, _)) => {
            Err(format!("genesis: session.keys: validator {account:?} has well-known development keys: make others"))
        }
        None => Ok(()),
    }
}

fn check_council() -> Result<(), String> {
    let members = pallet_collective::Members::<Runtime, CouncilCollective>::get();
    let count = members.len();
    ensure!(
        count >= FEWEST_MEMBERS,
        format!("genesis: council.members names {count}: name at least {FEWEST_MEMBERS}, so that nobody decides alone")
    );
    match members.iter().find(|member| is_public(member)) {
        Some(member) => Err(format!("genesis: council.members: {member:?} is a well-known development account")),
        None => Ok(()),
    }
}

/// Nobody has a key over everybody's euros, and somebody issues them.
fn check_euros() -> Result<(), String> {
    use crate::Assets;
    let keyless = Some(euro_roles_account());
    let roles =
        [Assets::owner(EUR_ASSET), Assets::issuer(EUR_ASSET), Assets::admin(EUR_ASSET), Assets::freezer(EUR_ASSET)];
    ensure!(
        roles.iter().all(|role| *role == keyless),
        format!("genesis: assets.assets: EUR must belong to {:?}, which has no key", euro_roles_account())
    );
    match pallet_deren_on_ramp::OnRamp::<Runtime>::get() {
        None => return Err("genesis: onRamp.onRamp names nobody, so no euros could be issued: name an account".into()),
        Some(account) if is_public(&account) => {
            return Err("genesis: onRamp.onRamp is a well-known development account: name another".into());
        }
        Some(_) => {}
    }
    ensure!(
        pallet_deren_on_ramp::DailyCap::<Runtime>::get() > 0,
        "genesis: onRamp.dailyCapUeur is 0, so no euros could be issued: set a cap"
    );
    Ok(())
}

/// Fees below the least balance could not go to an account that does not exist: they would be burned.
fn check_treasury() -> Result<(), String> {
    let treasury = treasury_account();
    ensure!(
        Balances::free_balance(&treasury) >= MILLI_REN,
        format!("genesis: balances.balances: the treasury {treasury:?} has nothing: give it at least {MILLI_REN}")
    );
    Ok(())
}

fn public_accounts() -> Vec<AccountId> {
    Sr25519Keyring::iter()
        .map(|key| key.to_account_id())
        .chain(Ed25519Keyring::iter().map(|key| key.to_account_id()))
        .collect()
}

fn is_public(account: &AccountId) -> bool {
    public_accounts().contains(account)
}

fn are_public(keys: &SessionKeys) -> bool {
    Sr25519Keyring::iter().any(|key| keys.babe == key.public().into())
        || Ed25519Keyring::iter().any(|key| keys.grandpa == key.public().into())
}
