//! Whatever is done in whatever order, every euro is accounted for.

use super::mock::*;
use deren_runtime_apis::PursePage;
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use sp_runtime::AccountId32;

#[derive(Clone, Copy, Debug)]
enum Act {
    Fill(u128),
    Draw(u128),
    Hold(u128),
    Release(u128),
    /// Pays to the next person, as far as it can.
    Pay(u128),
    Deposit(u128),
    Return(u128),
    Freeze,
    Thaw,
    Force(u128),
}

fn act() -> impl Strategy<Value = Act> {
    let ueur = || 0..900u128;
    prop_oneof![
        ueur().prop_map(Act::Fill),
        ueur().prop_map(Act::Draw),
        ueur().prop_map(Act::Hold),
        ueur().prop_map(Act::Release),
        ueur().prop_map(Act::Pay),
        ueur().prop_map(Act::Pay),
        ueur().prop_map(Act::Deposit),
        ueur().prop_map(Act::Return),
        Just(Act::Freeze),
        Just(Act::Thaw),
        ueur().prop_map(Act::Force),
    ]
}

fn pay(who: &AccountId32, to: &AccountId32, ueur: u128) -> frame_support::pallet_prelude::DispatchResult {
    let paid = on_page(|page| {
        let short_ueur = page.pay(who, ueur)?;
        page.pay_held(who, short_ueur)?;
        page.receive(to, ueur)
    });
    paid.map(|_| ())
}

proptest! {
    #[test]
    fn every_euro_is_accounted_for(acts in prop::collection::vec((0..3usize, act()), 1..60)) {
        new_test_ext().execute_with(|| {
            let people = [anna(), ben(), carl()];
            for (number, act) in acts {
                let (who, next) = (&people[number], &people[(number + 1) % 3]);
                let (before, eur_before) = (purse(who), eur(who));
                let done = with_storage_layer(|| match act {
                    Act::Fill(ueur) => fill(who, ueur),
                    Act::Draw(ueur) => draw(who, ueur),
                    Act::Hold(ueur) => on_page(|page| page.hold(who, ueur)).map(|_| ()),
                    Act::Release(ueur) => on_page(|page| page.release(who, ueur)).map(|_| ()),
                    Act::Pay(ueur) => pay(who, next, ueur),
                    Act::Deposit(ueur) => Purse::deposit(who, ueur),
                    Act::Return(ueur) => Purse::give_deposit_back(who, ueur),
                    Act::Freeze => Purse::freeze(who),
                    Act::Thaw => Purse::thaw(who),
                    Act::Force(ueur) => Purse::bring_by_force(who, ueur),
                });
                check();
                let all: u128 = people.iter().map(|who| purse(who).total_ueur() + eur(who)).sum();
                assert_eq!(all, 2 * AT_FIRST, "{act:?}");
                if done.is_err() {
                    assert_eq!((purse(who), eur(who)), (before, eur_before), "{act:?} failed and changed something");
                } else if before.is_frozen && !matches!(act, Act::Force(_)) {
                    assert!(eur(who) <= eur_before && purse(who).free_ueur >= before.free_ueur, "{act:?} while frozen");
                }
            }
        });
    }
}
