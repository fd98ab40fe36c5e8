//! Balances come from a real node's finalised state, also after it was away.

#[path = "../it/indexer/support/node.rs"]
#[allow(dead_code, reason = "the indexer's tests use the rest")]
mod node;
#[path = "../it/indexer/support/wait.rs"]
#[allow(dead_code, reason = "the indexer's tests use the rest")]
mod wait;

use crate::helpers::spawn_street;
use deren_dashboards::api::{
    address::Address,
    node::{Balances, NodeClient, Purse},
};
use subxt::dynamic::Value;
use subxt_signer::sr25519::dev;

/// 5 €.
const FILLED_UEUR: u128 = 5_000_000;
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

#[tokio::test(flavor = "multi_thread")]
async fn balances_are_those_of_the_finalised_state_and_survive_a_restart_of_the_node() {
    let mut node = node::Node::dev().await;
    let app = spawn_street().await;
    let parameters = app.api.parameters().await.expect("parameters");
    let client = NodeClient::new(node.url());
    let alice: Address = ALICE.parse().expect("an address");
    let before = client.balances(parameters, alice).await.expect("a node");
    assert!(before.eur_outside_ueur > FILLED_UEUR && before.ren_free > 0, "{before:?}");
    assert_eq!(before.purse, Purse::default());
    assert_eq!(client.balances(parameters, Address([0x77; 32])).await.expect("a node"), Balances::default());
    fill_purse(&node).await;
    let filled = client.balances(parameters, alice).await.expect("a node");
    assert_eq!(filled.purse, Purse { free_ueur: FILLED_UEUR, ..Purse::default() });
    // The fee of the call was paid in EUR too.
    assert!(filled.eur_outside_ueur < before.eur_outside_ueur - FILLED_UEUR, "{filled:?}");
    node.kill();
    client.balances(parameters, alice).await.expect_err("no node");
    node.start(&[]);
    let after = wait::until("the node answers again", async || client.balances(parameters, alice).await).await;
    assert_eq!(after, filled);
}

/// Puts some of Alice's EUR into her purse.
async fn fill_purse(node: &node::Node) {
    let call = subxt::dynamic::tx("Purse", "fill", vec![Value::u128(FILLED_UEUR)]);
    let client = node.client().await;
    let mut transactions = client.tx().await.expect("the newest block");
    let progress = transactions.sign_and_submit_then_watch_default(&call, &dev::alice()).await.expect("taken");
    progress.wait_for_finalized_success().await.expect("it succeeds");
}
