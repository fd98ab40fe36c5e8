//! What is announced happens later, or not at all.

use super::mock::*;
use crate::{Announced, Error, Event};
use frame_support::{assert_noop, assert_ok, pallet_prelude::Weight};
use sp_runtime::{
    DispatchError,
    traits::{BlakeTwo256, Hash},
};

fn withdraw(number: u32) -> sp_runtime::DispatchResult {
    Notice::withdraw(RuntimeOrigin::signed(1), number)
}

#[test]
fn an_act_waits_for_its_notice_and_is_made_by_root() {
    run(|| {
        let hash = BlakeTwo256::hash_of(&endow(5));
        assert_ok!(announce(endow(5)));
        System::assert_last_event(Event::Announced { number: 0, hash, when: 11 }.into());
        run_to(10);
        assert_eq!(Balances::free_balance(5), 0);
        run_to(11);
        assert_eq!(Balances::free_balance(5), 700);
        System::assert_has_event(Event::Enacted { number: 0, hash, result: Ok(()) }.into());
        assert_eq!(Announced::<Test>::count(), 0);
    });
}

#[test]
fn what_is_withdrawn_does_not_happen() {
    run(|| {
        assert_ok!(announce(endow(5)));
        assert_ok!(announce(endow(6)));
        run_to(10);
        assert_ok!(withdraw(0));
        assert_noop!(withdraw(0), Error::<Test>::NotAnnounced);
        run_to(20);
        assert_eq!((Balances::free_balance(5), Balances::free_balance(6)), (0, 700));
        assert_noop!(withdraw(1), Error::<Test>::NotAnnounced);
    });
}

#[test]
fn only_the_council_announces_and_withdraws() {
    run(|| {
        assert_ok!(announce(endow(5)));
        for origin in [RuntimeOrigin::signed(2), RuntimeOrigin::none(), RuntimeOrigin::root()] {
            assert_noop!(Notice::announce(origin.clone(), Box::new(endow(2))), DispatchError::BadOrigin);
            assert_noop!(Notice::withdraw(origin, 0), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn nobody_enacts_early_or_something_else() {
    run(|| {
        assert_ok!(announce(endow(5)));
        let enact = |origin, call| Notice::enact(origin, 0, Box::new(call));
        assert_noop!(enact(RuntimeOrigin::signed(1), endow(5)), DispatchError::BadOrigin);
        assert_noop!(enact(RuntimeOrigin::root(), endow(6)), Error::<Test>::AnotherCall);
        assert_noop!(enact(RuntimeOrigin::root(), endow(5)), Error::<Test>::NotAnnounced);
        assert_noop!(Notice::enact(RuntimeOrigin::root(), 1, Box::new(endow(5))), Error::<Test>::NotAnnounced);
    });
}

#[test]
fn nobody_schedules_past_the_notice() {
    run(|| {
        for origin in [RuntimeOrigin::signed(1), RuntimeOrigin::root()] {
            let at_once = Scheduler::schedule(origin, 2, None, 0, Box::new(endow(5)));
            assert_noop!(at_once, DispatchError::BadOrigin);
        }
    });
}

#[test]
fn a_long_call_waits_as_well() {
    run(|| {
        let remark = vec![7; 50_000];
        assert_ok!(announce(frame_system::Call::remark_with_event { remark: remark.clone() }));
        run_to(11);
        let hash = BlakeTwo256::hash(&remark);
        let heard = |record: frame_system::EventRecord<_, _>| matches!(record.event, RuntimeEvent::System(frame_system::Event::Remarked { hash: said, .. }) if said == hash);
        // A remark must be signed: root's fails, and that is said.
        assert!(!System::events().into_iter().any(heard));
        let failed = |record: frame_system::EventRecord<_, _>| {
            matches!(
                record.event,
                RuntimeEvent::Notice(Event::Enacted { number: 0, result: Err(DispatchError::BadOrigin), .. })
            )
        };
        assert!(System::events().into_iter().any(failed));
    });
}

#[test]
fn what_cannot_be_announced_is_refused() {
    run(|| {
        let by_hand = frame_system::Call::set_storage { items: vec![] };
        assert_noop!(announce(by_hand), Error::<Test>::NotAnnounceable);
    });
}

#[test]
fn what_is_too_heavy_is_refused_and_not_lost_later() {
    run(|| {
        let pages = 1_000_000;
        let heavy = frame_system::Call::kill_prefix { prefix: vec![1], subkeys: pages };
        assert!(
            frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&heavy).call_weight.any_gt(MaxWeight::get())
        );
        assert_noop!(announce(heavy), Error::<Test>::TooHeavy);
        assert_ne!(MaxWeight::get(), Weight::zero());
    });
}

#[test]
fn few_acts_are_announced_at_a_time() {
    run(|| {
        for who in 5..8 {
            assert_ok!(announce(endow(who)));
        }
        assert_noop!(announce(endow(8)), Error::<Test>::TooManyAnnounced);
        assert_ok!(withdraw(1));
        assert_ok!(announce(endow(8)));
        run_to(11);
        assert_eq!([5, 6, 7, 8].map(Balances::free_balance), [700, 0, 700, 700]);
    });
}
