//! Links, and changes of keys.

use super::mock::{Error, *};
use crate::{Event, Gateways, KeyChange};
use deren_primitives::{DeviceRole, GatewayId, ReadingError, SiteId, link_message, verify};
use deren_runtime_apis::{GatewayControl, MarketRegistry};
use ed25519_dalek::Signer;
use frame_support::{assert_noop, assert_ok};

fn try_link(
    n: u8,
    owner: sp_runtime::AccountId32,
    site: SiteId,
    expires: u64,
    code: [u8; 64],
) -> sp_runtime::DispatchResult {
    Registry::link_gateway(by(owner), site, public(n), expires, code)
}

#[test]
fn owner_and_gateway_agree_to_a_link() {
    run(|| {
        with_market();
        with_site(1);
        link(7, SITE);
        let linked =
            Event::GatewayLinked { gateway: gateway(7), site: SITE, owner: OWNER, public_key: public(7), key_epoch: 0 };
        assert_eq!(last_event(), linked);
        assert_eq!(Registry::gateway_key(gateway(7)), Ok((public(7), 0)));
        assert_eq!(Registry::gateway_key(gateway(8)), Err(ReadingError::UnknownGateway));
        assert_noop!(try_link(7, OWNER, SITE, 2_000, link_code(7, &OWNER, SITE, 2_000)), Error::AlreadyLinked);
    });
}

#[test]
fn a_link_code_is_good_for_its_chain_owner_site_and_expiry_alone() {
    run(|| {
        with_market();
        with_site(1);
        with_site(2);
        let other_chain = key(7).sign(&link_message(&[9; 32], OWNER.as_ref(), SITE, 2_000)).to_bytes();
        assert_noop!(try_link(7, OWNER, SITE, 2_000, other_chain), Error::BadLinkCode);
        let others = link_code(7, &OTHER, SITE, 2_000);
        assert_noop!(try_link(7, OWNER, SITE, 2_000, others), Error::BadLinkCode);
        assert_noop!(try_link(7, OTHER, SITE, 2_000, others), Error::NotSiteOwner);
        let code = link_code(7, &OWNER, SITE, 2_000);
        assert_noop!(try_link(7, OWNER, SiteId(1), 2_000, code), Error::BadLinkCode);
        assert_noop!(try_link(7, OWNER, SITE, 2_001, code), Error::BadLinkCode);
        assert_noop!(try_link(8, OWNER, SITE, 2_000, code), Error::BadLinkCode);
        assert_noop!(try_link(7, OWNER, SiteId(9), 2_000, code), Error::UnknownSite);
    });
}

#[test]
fn a_link_code_expires() {
    run(|| {
        with_market();
        with_site(1);
        let code = link_code(7, &OWNER, SITE, 2_000);
        NowMs::set(2_001_000);
        assert_noop!(try_link(7, OWNER, SITE, 2_000, code), Error::LinkExpired);
        NowMs::set(2_000_999);
        assert_ok!(try_link(7, OWNER, SITE, 2_000, code));
    });
}

#[test]
fn a_gateway_is_linked_to_at_most_as_many_sites_as_configured() {
    run(|| {
        with_market();
        for n in 0..4 {
            with_site(n);
            link(7, SiteId(n.into()));
        }
        with_site(4);
        let code = link_code(7, &OWNER, SiteId(4), 2_000);
        assert_noop!(try_link(7, OWNER, SiteId(4), 2_000, code), Error::TooManySites);
    });
}

/// The rules of ZIP 215 take any message under a key of small order, so that anyone could sign for the gateway.
#[test]
fn a_key_under_which_anyone_can_sign_is_refused() {
    run(|| {
        with_gateway();
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(verify(&neutral, b"anything", &forged));
        let weak = Registry::link_gateway(by(OWNER), SITE, neutral, 2_000, forged);
        assert_noop!(weak, Error::WeakKey);
        let replaced = Registry::replace_key(by(OWNER), gateway(7), neutral, forged);
        assert_eq!(replaced.map_err(|error| error.error), Err(Error::WeakKey.into()));
        let torsion = hex::decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a").expect("hex");
        let torsion = torsion.try_into().expect("32 bytes");
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, torsion, 2_000, forged), Error::WeakKey);
    });
}

#[test]
fn anyone_may_send_a_rotation_that_both_keys_signed() {
    run(|| {
        with_gateway();
        let (old, new) = (handover(7, gateway(7), 1, 8), handover(8, gateway(7), 1, 8));
        let rotate_to = |n, signature, proof| Registry::rotate_key(by(OTHER), gateway(7), public(n), signature, proof);
        let unknown = Registry::rotate_key(by(OTHER), gateway(9), public(8), old, new);
        assert_noop!(unknown, Error::UnknownGateway);
        assert_noop!(rotate_to(9, old, new), Error::BadRotation);
        assert_noop!(rotate_to(8, new, new), Error::BadRotation);
        // Nobody showed that they hold the new key.
        assert_noop!(rotate_to(8, old, old), Error::BadProof);
        assert_ok!(rotate_to(8, old, new));
        assert_eq!(Registry::gateway_key(gateway(7)), Ok((public(8), 1)));
        let changed = Event::GatewayKeyChanged {
            gateway: gateway(7),
            old_key: public(7),
            new_key: public(8),
            key_epoch: 1,
            change: KeyChange::Rotated,
        };
        assert_eq!(last_event(), changed);
        // The same rotation again: it names the key that is there.
        assert_noop!(rotate_to(8, old, new), Error::KeyUnchanged);
        assert_ok!(rotate(8, 2, 7));
        // And when it is not, it is of a past epoch.
        assert_noop!(rotate_to(8, old, new), Error::BadRotation);
    });
}

#[test]
fn after_a_rotation_links_are_signed_by_the_new_key() {
    run(|| {
        with_gateway();
        with_site(2);
        assert_ok!(rotate(7, 1, 8));
        let old = link_code(7, &OWNER, SiteId(1), 2_000);
        assert_noop!(try_link(7, OWNER, SiteId(1), 2_000, old), Error::BadLinkCode);
        assert_ok!(try_link(7, OWNER, SiteId(1), 2_000, link_code(8, &OWNER, SiteId(1), 2_000)));
    });
}

#[test]
fn a_key_is_replaced_by_the_owner_of_all_of_the_gateways_sites() {
    run(|| {
        with_gateway();
        let code = handover(8, gateway(7), 1, 8);
        let replace = |who, code| {
            Registry::replace_key(by(who), gateway(7), public(8), code).map(|_| ()).map_err(|error| error.error)
        };
        assert_eq!(replace(OTHER, code), Err(Error::NotOwnerOfAllSites.into()));
        assert_eq!(replace(OWNER, handover(7, gateway(7), 1, 8)), Err(Error::BadReplacement.into()));
        assert_ok!(approve(9, OTHER, 1));
        assert_ok!(Registry::register_site(by(OTHER), point(9)));
        assert_ok!(try_link(7, OTHER, SiteId(1), 2_000, link_code(7, &OTHER, SiteId(1), 2_000)));
        assert_eq!(replace(OWNER, code), Err(Error::NotOwnerOfAllSites.into()));
    });
}

#[test]
fn a_deactivated_gateway_comes_back_with_a_new_key_alone() {
    run(|| {
        with_gateway();
        with_site(2);
        Registry::deactivate(gateway(7));
        assert_eq!(last_event(), Event::GatewayDeactivated { gateway: gateway(7), key_epoch: 0 });
        assert_eq!(Registry::gateway_key(gateway(7)), Err(ReadingError::InactiveGateway));
        assert_noop!(rotate(7, 1, 8), Error::GatewayInactive);
        let code = link_code(7, &OWNER, SiteId(1), 2_000);
        assert_noop!(try_link(7, OWNER, SiteId(1), 2_000, code), Error::GatewayInactive);
        assert_noop!(register(1, DeviceRole::Grid), Error::GatewayInactive);
        assert_ok!(Registry::replace_key(by(OWNER), gateway(7), public(8), handover(8, gateway(7), 1, 8)));
        assert_eq!(Registry::gateway_key(gateway(7)), Ok((public(8), 1)));
        assert_eq!(Gateways::<Test>::get(gateway(7)).map(|state| state.active), Some(true));
        Registry::deactivate(GatewayId([0; 32]));
    });
}

/// The signatures on which libraries disagree, judged by the chain and by [`verify`], which gateways and verifiers use.
#[test]
fn chain_and_verifier_judge_edge_case_signatures_alike() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    // y = p + 1 is the neutral element in an encoding that is not canonical.
    let mut not_canonical = [0xff; 32];
    not_canonical[0] = 0xee;
    not_canonical[31] = 0x7f;
    let torsion: [u8; 32] = hex::decode("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
        .expect("hex")
        .try_into()
        .expect("32 bytes");
    let no_point = [2; 32];
    let honest = public(7);
    let points = [neutral, not_canonical, torsion, no_point, honest, [0xff; 32], [0; 32]];
    let mut taken = 0;
    for message in [&b""[..], b"DEREN"] {
        let signed = key(7).sign(message).to_bytes();
        for public in points {
            for r in points {
                for s in [[0; 32], [0xff; 32], signed[32..].try_into().expect("32 bytes")] {
                    let signature: [u8; 64] = [r, s].concat().try_into().expect("64 bytes");
                    let by_chain = sp_io::crypto::ed25519_verify(
                        &sp_core::ed25519::Signature::from_raw(signature),
                        message,
                        &sp_core::ed25519::Public::from_raw(public),
                    );
                    assert_eq!(by_chain, verify(&public, message, &signature), "{public:?} {signature:?}");
                    taken += u32::from(by_chain);
                }
            }
        }
        assert!(verify(&honest, message, &signed));
    }
    assert!(taken > 0, "none of the edge cases is one");
}
