//! A validator that signs two blocks for one slot is put out, and the others go on without it.

use crate::support::{DEADLINE, Told};
use deren_neighbourhood::{Binaries, Node, Preset, Wait};

/// More than one round of votes.
const BLOCKS_AFTER: u32 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_signs_twice_is_put_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let binaries = Binaries::find().unwrap_or_else(|error| panic!("{error}"));
    let mut nodes = Node::start_all_with_twin(Preset::Local, &binaries, folder.path(), folder.path())
        .unwrap_or_else(|error| panic!("{error}"));
    nodes[0].reaches(1, &Told).await.unwrap_or_else(|error| panic!("{error}"));

    let rpc = nodes[0].rpc().clone();
    let (banned, at) = Wait::new("proof that a validator signed twice", DEADLINE, &Told)
        .until(async || {
            let head = rpc.finalized().await.map_err(|error| error.to_string())?;
            let roster = rpc.validators(head.hash).await.map_err(|error| error.to_string())?;
            let banned: Vec<_> = roster.iter().filter(|(_, standing)| standing.is_banned()).collect();
            match banned.as_slice() {
                [] => Err(format!("nobody is banned in block {}", head.number)),
                [(who, _)] => Ok(((*who).clone(), head.number)),
                several => panic!("honest validators are banned: {several:?}"),
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(banned, sp_keyring::Sr25519Keyring::Dave.to_account_id());
    nodes[0].finalizes(at + BLOCKS_AFTER, DEADLINE, &Told).await.unwrap_or_else(|error| panic!("{error}"));
}
