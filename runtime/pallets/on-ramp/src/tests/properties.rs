//! Whatever is done in whatever order, every euro is accounted for.

use super::mock::*;
use proptest::prelude::*;
use sp_core::H256;

#[derive(Clone, Debug)]
enum Act {
    Issue(u64, u128),
    Request(u64, u128),
    Paid(u32),
    Return(u32),
    Days(u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1u64..5, 0u128..300).prop_map(|(to, amount)| Act::Issue(to, amount)),
        (1u64..5, 0u128..300).prop_map(|(owner, amount)| Act::Request(owner, amount)),
        (0u32..12).prop_map(Act::Paid),
        (0u32..12).prop_map(Act::Return),
        (0u32..9).prop_map(Act::Days),
    ]
}

proptest! {
    #[test]
    fn every_euro_is_accounted_for(acts in prop::collection::vec(act(), 1..60)) {
        new_test_ext().execute_with(|| {
            let mut issued_on = std::collections::BTreeMap::<u32, u128>::new();
            for act in acts {
                let _ = match act {
                    Act::Issue(to, amount) => issue(to, amount).inspect(|()| {
                        *issued_on.entry(Today::get()).or_default() += amount;
                    }),
                    Act::Request(owner, amount) => request(owner, amount),
                    Act::Paid(number) => OnRamp::mark_paid(RuntimeOrigin::signed(RAMP), number, H256::zero()),
                    Act::Return(number) => OnRamp::return_payout(RuntimeOrigin::signed(BEN), number),
                    Act::Days(days) => {
                        Today::set(Today::get() + days);
                        Ok(())
                    }
                };
                assert_eq!(OnRamp::check_invariants(), Ok(()));
            }
            // In any 24 hours, which touch two days, no more than twice the cap.
            assert!(issued_on.values().all(|amount| *amount <= CAP));
        });
    }
}
