//! Two different readings for one sequence number.

use super::mock::{Error, *};
use crate::Event;
use deren_primitives::{IntervalReading, ReadingBatch, ReadingError, SignedReading, rotate_message};
use ed25519_dalek::Signer;
use frame_support::{assert_ok, pallet_prelude::InvalidTransaction};

fn pair() -> (SignedReading, SignedReading) {
    let grid = Meter::new(GRID);
    (sign(grid.peek(FIRST + 1, 100, 0)), sign(grid.peek(FIRST + 1, 0, 100)))
}

fn report(epoch: u32, a: &SignedReading, b: &SignedReading) -> Result<(), sp_runtime::DispatchError> {
    Metering::report_equivocation(by(OPERATOR), gateway(), epoch, a.clone().into(), b.clone().into())
        .map(|info| assert_eq!(info.pays_fee, frame_support::dispatch::Pays::No))
        .map_err(|error| error.error)
}

#[test]
fn anyone_may_report_two_truths_and_the_gateway_is_stopped() {
    run(|| {
        let (a, b) = pair();
        assert_ok!(report(0, &a, &b));
        let event = Event::Equivocation {
            gateway: gateway(),
            key_epoch: 0,
            device: device(GRID),
            sequence: 0,
            first: a.reading.hash(),
            second: b.reading.hash(),
            reporter: OPERATOR,
        };
        assert!(events().contains(&RuntimeEvent::Metering(event)));
        go_to(FIRST + 2);
        let batch = batch_of(vec![a]);
        let signature = sign_batch(7, &batch);
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Custom(3).into()));
        assert_eq!(Metering::check(batch, signature), vec![refused(ReadingError::InactiveGateway)]);
    });
}

#[test]
fn a_proof_works_once() {
    run(|| {
        let (a, b) = pair();
        assert_ok!(report(0, &a, &b));
        assert_eq!(report(0, &a, &b), Err(Error::GatewayInactive.into()));
        assert_eq!(report(0, &b, &a), Err(Error::GatewayInactive.into()));
        let code = key(8).sign(&rotate_message(&GENESIS, gateway(), 1, &public(8))).to_bytes();
        assert_ok!(Registry::replace_key(by(OWNER), gateway(), public(8), code));
        assert_eq!(report(0, &a, &b), Err(Error::UnknownKeyEpoch.into()));
        assert_eq!(report(1, &a, &b), Err(Error::FirstNotAuthentic.into()));
        go_to(FIRST + 2);
        let reading = Meter::new(GRID).peek(FIRST + 1, 100, 0);
        let batch = ReadingBatch { key_epoch: 1, ..batch_of(vec![sign_with(8, 1, reading)]) };
        let signature = sign_batch(8, &batch);
        assert_eq!(send(batch, signature), Ok(vec![good()]));
    });
}

#[test]
fn what_is_no_proof_is_told_why() {
    run(|| {
        let (a, b) = pair();
        let other_sequence = sign(IntervalReading { sequence: 1, ..b.reading.clone() });
        let other_device = sign(IntervalReading { device: device(SOLAR), ..b.reading.clone() });
        assert_eq!(report(0, &a, &other_sequence), Err(Error::DifferentSequences.into()));
        assert_eq!(report(0, &a, &other_device), Err(Error::DifferentDevices.into()));
        assert_eq!(report(0, &a, &a), Err(Error::SameReading.into()));
        assert_eq!(report(1, &a, &b), Err(Error::UnknownKeyEpoch.into()));
        let forged = sign_with(8, 0, b.reading.clone());
        assert_eq!(report(0, &forged, &a), Err(Error::FirstNotAuthentic.into()));
        assert_eq!(report(0, &a, &forged), Err(Error::SecondNotAuthentic.into()));
        let foreign = |reading: &IntervalReading| sign(IntervalReading { device: device(9), ..reading.clone() });
        let foreign = report(0, &foreign(&a.reading), &foreign(&b.reading));
        assert_eq!(foreign, Err(Error::UnknownDevice.into()));
        let unknown = deren_primitives::GatewayId([9; 32]);
        let unknown =
            Metering::report_equivocation(by(OPERATOR), unknown, 0, a.into(), b.into()).map_err(|error| error.error);
        assert_eq!(unknown, Err(Error::UnknownGateway.into()));
    });
}

#[test]
fn the_same_reading_signed_under_two_epochs_is_no_equivocation() {
    run(|| {
        let (a, _) = pair();
        let again = sign_with(7, 1, a.reading.clone());
        assert_eq!(report(0, &a, &again), Err(Error::SameReading.into()));
    });
}

/// A thief, or an owner who signed two truths, cannot make the proof void by a new key.
#[test]
fn a_proof_holds_by_the_key_of_its_time() {
    run(|| {
        let (a, b) = pair();
        let rotation = |epoch, old: u8, new: u8| {
            let message = rotate_message(&GENESIS, gateway(), epoch, &public(new));
            let [signature, proof] = [old, new].map(|by| key(by).sign(&message).to_bytes());
            assert_ok!(Registry::rotate_key(by(OWNER), gateway(), public(new), signature, proof));
        };
        rotation(1, 7, 8);
        rotation(2, 8, 9);
        assert_eq!(report(1, &a, &b), Err(Error::FirstNotAuthentic.into()));
        assert_ok!(report(0, &a, &b));
        assert_eq!(report(0, &a, &b), Err(Error::GatewayInactive.into()));
    });
}

#[test]
fn a_proof_holds_when_the_device_is_another_gateways_by_now() {
    run(|| {
        let (a, b) = pair();
        let expires = now_ms() / 1000 + 60;
        let message = deren_primitives::link_message(&GENESIS, OWNER.as_ref(), SITE, expires);
        assert_ok!(Registry::link_gateway(by(OWNER), SITE, public(8), expires, key(8).sign(&message).to_bytes()));
        assert_ok!(Registry::remove_device(by(OWNER), device(GRID)));
        // A device comes back when all that it served is settled.
        Settled::set(FIRST + 100);
        let other = deren_primitives::GatewayId(public(8));
        let role = deren_primitives::DeviceRole::Grid;
        assert_ok!(Registry::register_device(by(OWNER), SITE, device(GRID), role, None, 4_000, 1_000, other));
        assert_ok!(report(0, &a, &b));
    });
}
