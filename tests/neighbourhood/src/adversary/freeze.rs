//! Holds the on-ramp's key, and reaches for what is not its own: the account of all purses, the treasury, the
//! operator's euros. It tries every call that the key might sign for, by itself and inside others.

use super::{Kind, Task, blocks::Blocks, deed::Deed};
use crate::{
    Result,
    chain::{Account, Included, Wallet, error_in_words},
};
use deren_primitives::MarketId;
use deren_runtime::{
    AccountId, Purse, Runtime, RuntimeCall, RuntimeEvent,
    configs::treasury_account,
    units::{EUR, EUR_ASSET},
};
use pallet_deren_custody::Money;
use pallet_utility::{Call as Utility, Event};
use sp_core::H256;
use sp_runtime::traits::Convert;

/// The calls of the pallet that keeps the euros.
type Assets = pallet_assets::Call<Runtime>;
type OnRamp = pallet_deren_on_ramp::Call<Runtime>;
type Custody = pallet_deren_custody::Call<Runtime>;
type Notice = pallet_deren_notice::Call<Runtime>;

/// What it hopes to get.
const LOOT_UEUR: u128 = 1_000_000_000 * EUR;
/// It tries everything at once every so many blocks, and one thing in each block between.
const ALL_AT_ONCE_BLOCKS: usize = 10;

/// Tries until it is ended.
pub(super) async fn run(wallet: &Wallet<'_>, task: Task) -> Result<()> {
    let on_ramp = Account::derived("the on-ramp", "//Alice")?;
    let thief = Kind::Freeze.account(0, task.seed)?;
    // An account must be there to be frozen.
    let bait = Assets::transfer { id: EUR_ASSET.into(), target: Purse::account().into(), amount: 1 };
    Deed::of("baiting the purses", &wallet.send(&on_ramp, "baiting", RuntimeCall::Assets(bait)).await).tell();
    let attempts = attempts(task.market, &thief.id())?;
    let mut blocks = Blocks::new(wallet.rpc()).await?;
    for number in 0usize.. {
        if blocks.next().await?.is_none() {
            break;
        }
        if number.is_multiple_of(ALL_AT_ONCE_BLOCKS) {
            all_at_once(wallet, &on_ramp, &attempts).await?;
        } else if let Some((what, call)) = attempts.get(number % attempts.len()) {
            Deed::of(what, &wallet.send(&on_ramp, what, call.clone()).await).tell();
        }
    }
    Ok(())
}

/// All attempts in one transaction, which goes on where one of them fails.
async fn all_at_once(wallet: &Wallet<'_>, on_ramp: &Account, attempts: &[(String, RuntimeCall)]) -> Result<()> {
    let calls = attempts.iter().map(|(_, call)| call.clone()).collect();
    let call = RuntimeCall::Utility(Utility::force_batch { calls });
    let done = wallet.send(on_ramp, "all at once", call).await?;
    for ((what, _), answer) in attempts.iter().zip(answers(&done)) {
        let what = format!("{what}, among others");
        Deed { what, count: 1, succeeded: answer.is_none(), answer: answer.unwrap_or_default() }.tell();
    }
    Ok(())
}

/// What became of each call of such a transaction: `None` of one that succeeded.
fn answers(done: &Included) -> impl Iterator<Item = Option<String>> {
    done.events.iter().filter_map(|event| match event {
        RuntimeEvent::Utility(Event::ItemCompleted) => Some(None),
        RuntimeEvent::Utility(Event::ItemFailed { error }) => Some(Some(error_in_words(*error))),
        _ => None,
    })
}

/// Everything to try, each with a name.
fn attempts(market: MarketId, thief: &AccountId) -> Result<Vec<(String, RuntimeCall)>> {
    let victims = [
        ("the purses", Purse::account()),
        ("the community pot", <Runtime as pallet_deren_matching::Config>::CommunityPot::convert(market)),
        ("the treasury", treasury_account()),
        ("the operator", Account::derived("Ferdie", "//Ferdie")?.id()),
    ];
    let mut attempts: Vec<(String, RuntimeCall)> = Vec::new();
    for (name, victim) in victims {
        attempts.extend(on(&victim, thief).map(|(what, call)| (format!("{what} {name}"), call)));
    }
    let id = || EUR_ASSET.into();
    let on_all: [(&str, Assets); 8] = [
        ("freezing the euro", Assets::freeze_asset { id: id() }),
        ("ending the euro", Assets::start_destroy { id: id() }),
        ("ending the euro's accounts", Assets::destroy_accounts { id: id() }),
        ("ending the euro's approvals", Assets::destroy_approvals { id: id() }),
        ("raising the least balance", Assets::set_min_balance { id: id(), min_balance: EUR }),
        ("issuing a billion", Assets::mint { id: id(), beneficiary: thief.clone().into(), amount: LOOT_UEUR }),
        (
            "taking all roles",
            Assets::set_team {
                id: id(),
                issuer: thief.clone().into(),
                admin: thief.clone().into(),
                freezer: thief.clone().into(),
            },
        ),
        ("giving the euro away", Assets::transfer_ownership { id: id(), owner: thief.clone().into() }),
    ];
    attempts.extend(on_all.map(|(what, call)| (what.to_owned(), RuntimeCall::Assets(call))));
    attempts.extend(beyond_the_key(thief).map(|(what, call)| (what.to_owned(), call)));
    Ok(attempts)
}

/// What the key may do within bounds, beyond them; and what is the council's.
fn beyond_the_key(thief: &AccountId) -> [(&'static str, RuntimeCall); 7] {
    let to = || thief.clone();
    let raise = RuntimeCall::from(OnRamp::set_daily_cap { cap_ueur: LOOT_UEUR });
    [
        ("issuing a billion as the on-ramp", OnRamp::issue { to: to(), amount_ueur: LOOT_UEUR }.into()),
        ("raising the daily cap", raise.clone()),
        ("naming another on-ramp", OnRamp::set_on_ramp { on_ramp: Some(to()) }.into()),
        ("burning what nobody asked to be paid", OnRamp::mark_paid { number: u32::MAX, proof: H256::zero() }.into()),
        ("spending the treasury", Custody::spend { money: Money::Eur, to: to(), amount: 1 }.into()),
        ("announcing a higher cap", Notice::announce { call: Box::new(raise.clone()) }.into()),
        ("enacting it without notice", Notice::enact { number: 0, call: Box::new(raise) }.into()),
    ]
}

/// What can be tried on one account: as who keeps the asset, and as the council, which alone may.
fn on(victim: &AccountId, thief: &AccountId) -> [(&'static str, RuntimeCall); 6] {
    let id = || EUR_ASSET.into();
    let (from, to) = (victim.clone(), thief.clone());
    let who = || victim.clone().into();
    let dest = thief.clone().into();
    [
        ("freezing", Assets::freeze { id: id(), who: who() }.into()),
        ("blocking", Assets::block { id: id(), who: who() }.into()),
        ("burning", Assets::burn { id: id(), who: who(), amount: 1 }.into()),
        ("moving", Assets::force_transfer { id: id(), source: who(), dest, amount: 1 }.into()),
        ("freezing as the council", Custody::freeze { who: victim.clone() }.into()),
        ("moving as the council", Custody::force_transfer { from, to, amount_ueur: 1 }.into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_attempt_is_another() {
        let thief = Kind::Freeze.account(0, 1).expect("an account").id();
        let attempts = attempts(MarketId(0), &thief).expect("attempts");
        let names: BTreeSet<_> = attempts.iter().map(|(what, _)| what).collect();
        assert_eq!((attempts.len(), names.len()), (39, 39));
    }
}
