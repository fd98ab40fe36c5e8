//! A validator that signs two blocks for one slot is put out for good, and six homes trade through it. It is a story
//! apart from the other adversaries: their chain has one validator, because only there somebody can freeze a pot.

use crate::support::{DEADLINE, Told, config, now, slot, start};
use deren_neighbourhood::{Neighbourhood, Preset, Wait};
use deren_runtime::AccountId;

const HOMES: usize = 6;
/// More than one round of votes.
const BLOCKS_AFTER: u32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn six_homes_trade_on_while_a_validator_that_signs_twice_is_put_out() {
    let mut config = config(HOMES);
    config.preset = Preset::Local;
    config.twin = true;
    let (mut neighbourhood, mut follower) = start(config).await;

    let (banned, at) = who_is_put_out(&neighbourhood).await;
    assert_eq!(banned, sp_keyring::Sr25519Keyring::Dave.to_account_id());
    neighbourhood.nodes[0]
        .finalizes(at + BLOCKS_AFTER, DEADLINE, &Told)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let from = now(&neighbourhood).next();
    slot(&mut follower, "a trade without it", |report| report.slot >= from && report.traded()).await;

    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

/// Waits for the proof, and gives whom the chain has put out, and in which block that is final.
async fn who_is_put_out(neighbourhood: &Neighbourhood) -> (AccountId, u32) {
    let rpc = neighbourhood.rpc().expect("a node");
    Wait::new("proof that a validator signed twice", DEADLINE, &Told)
        .until(async || {
            let head = rpc.finalized().await.map_err(|error| error.to_string())?;
            let roster = rpc.validators(head.hash).await.map_err(|error| error.to_string())?;
            let banned: Vec<_> = roster.iter().filter(|(_, state)| state.is_banned()).collect();
            match banned.as_slice() {
                [] => Err(format!("nobody is banned in block {}", head.number)),
                [(who, _)] => Ok(((*who).clone(), head.number)),
                several => panic!("honest validators are banned: {several:?}"),
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}
