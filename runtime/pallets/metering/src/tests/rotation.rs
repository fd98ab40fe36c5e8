//! Changes of a gateway's key: the outbox is signed again, the readings and their chain stay.

use super::mock::*;
use deren_primitives::{ReadingBatch, ReadingError, rotate_message};
use ed25519_dalek::Signer;
use frame_support::{assert_ok, pallet_prelude::InvalidTransaction};

fn rotate_to(new: u8) {
    let message = rotate_message(&GENESIS, gateway(), 1, &public(new));
    let [signature, proof] = [7, new].map(|signer| key(signer).sign(&message).to_bytes());
    assert_ok!(Registry::rotate_key(by(OWNER), gateway(), public(new), signature, proof));
}

#[test]
fn after_a_rotation_the_outbox_is_signed_again() {
    run(|| {
        go_to(FIRST + 3);
        let mut grid = Meter::new(GRID);
        let (first, second) = (grid.read(FIRST + 1, 1, 0), grid.read(FIRST + 2, 2, 0));
        assert_eq!(submit(vec![first.clone()]), Ok(vec![good()]));
        let outbox = batch_of(vec![sign(second.clone())]);
        let signature = sign_batch(7, &outbox);
        rotate_to(8);
        assert_eq!(authorize(&outbox, &signature), Err(InvalidTransaction::Custom(4).into()));
        assert_eq!(Metering::check(outbox, signature), vec![refused(ReadingError::WrongKeyEpoch)]);
        let again = ReadingBatch { key_epoch: 1, ..batch_of(vec![sign_with(8, 1, second)]) };
        let signature = sign_batch(8, &again);
        assert_eq!(send(again, signature), Ok(vec![good()]));
        // The first is in already, whoever signs it.
        let again = ReadingBatch { key_epoch: 1, ..batch_of(vec![sign_with(8, 1, first)]) };
        let signature = sign_batch(8, &again);
        assert_eq!(authorize(&again, &signature), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn the_old_key_signs_nothing_after_a_rotation() {
    run(|| {
        go_to(FIRST + 2);
        rotate_to(8);
        let reading = Meter::new(GRID).read(FIRST + 1, 1, 0);
        for (reading_key, epoch, batch_key) in [(7, 1, 8), (7, 0, 8), (8, 0, 8), (8, 1, 7)] {
            let signed = sign_with(reading_key, epoch, reading.clone());
            let batch = ReadingBatch { key_epoch: 1, ..batch_of(vec![signed]) };
            let signature = sign_batch(batch_key, &batch);
            assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::BadProof.into()));
        }
        let batch = ReadingBatch { key_epoch: 1, ..batch_of(vec![sign_with(8, 1, reading)]) };
        let signature = sign_batch(8, &batch);
        assert_eq!(send(batch, signature), Ok(vec![good()]));
    });
}
