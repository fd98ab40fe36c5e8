//! Deposits for what stays.

use super::mock::*;
use crate::Deposits;
use deren_primitives::{DeviceRole, SiteId};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError::FundsUnavailable;

fn held() -> (u128, u128, u128) {
    (Chain::held(&OPERATOR), Chain::held(&OWNER), Chain::held(&OTHER))
}

#[test]
fn what_stays_is_deposited_for_and_what_goes_gives_its_deposit_back() {
    run(|| {
        with_gateway();
        assert_eq!(held(), (100_000, 250_000, 0));
        assert_ok!(register(1, DeviceRole::Grid));
        assert_ok!(register(2, DeviceRole::Production));
        assert_eq!(held(), (100_000, 350_000, 0));
        assert_ok!(Registry::offer_site(by(OWNER), SITE, Some(OTHER)));
        assert_ok!(Registry::accept_site(by(OTHER), SITE));
        assert_eq!(held(), (100_000, 0, 350_000));
        // A removed device stays in the list until its slots are settled.
        assert_ok!(Registry::remove_device(by(OTHER), device(1)));
        assert_ok!(Registry::remove_device(by(OTHER), device(2)));
        assert_eq!(held(), (100_000, 0, 350_000));
        Settled::set(100);
        assert_ok!(Registry::unlink_gateway(by(OTHER), SITE, gateway(7)));
        assert_eq!(held(), (100_000, 0, 200_000));
        assert_ok!(Registry::close_site(by(OTHER), SITE));
        assert_ok!(Registry::forget_site(by(OWNER), SITE));
        assert_ok!(Registry::revoke_point(by(OPERATOR), point(1)));
        assert_eq!(held(), (0, 0, 0));
    });
}

#[test]
fn who_cannot_pay_a_deposit_leaves_no_state() {
    run(|| {
        with_market();
        MostHeld::set(99_999);
        assert_noop!(approve(1, OWNER, 1), FundsUnavailable);
        MostHeld::set(249_999);
        with_site(1);
        let code = link_code(7, &OWNER, SITE, 2_000);
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, public(7), 2_000, code), FundsUnavailable);
        assert_ok!(approve(2, OWNER, 1));
        assert_noop!(Registry::register_site(by(OWNER), point(2)), FundsUnavailable);
        MostHeld::set(250_000);
        link(7, SITE);
        assert_noop!(register(1, DeviceRole::Grid), FundsUnavailable);
        assert_ok!(Registry::offer_site(by(OWNER), SITE, Some(OTHER)));
        MostHeld::set(249_999);
        assert_noop!(Registry::accept_site(by(OTHER), SiteId(0)), FundsUnavailable);
    });
}
