//! The books of an indexer of some markets, against a chain that has others.

use crate::{
    books::setup::Setup,
    history::{MARKET, Plan, Truth},
};
use codec::{Decode, Encode};
use deren_dashboards::books::reconcile::{
    ChainError, ChainState, Reconciliation, ReconciliationMetrics, outstanding, reconcile,
};
use deren_primitives::{MarketId, Slot, SlotSummary};
use sqlx::PgConnection;

/// What another market minted in each era.
const OTHERS_REN: u128 = 1_000;

/// A chain whose second market did in each slot what the first one did.
struct State<'a>(&'a Truth);

impl ChainState for State<'_> {
    async fn call(&self, function: &'static str, arguments: Vec<u8>, at: [u8; 32]) -> Result<Vec<u8>, ChainError> {
        let mut arguments = arguments.as_slice();
        Ok(match function {
            "MarketApi_markets" => vec![MarketId(MARKET), MarketId(9)].encode(),
            "MarketApi_minted" => {
                let era = u32::decode(&mut arguments).expect("an era");
                self.0.minted_ren.get(&era).map(|ren| ren + OTHERS_REN).encode()
            }
            "MarketApi_slot" => {
                let (_, slot) = <(MarketId, Slot)>::decode(&mut arguments).expect("a slot");
                let summary: Option<SlotSummary> = self.0.slots.get(&slot.0).map(|truth| truth.summary.clone());
                summary.encode()
            }
            _ => return Err(ChainError::Call { function, at: hex::encode(at), reason: "no such query".into() }),
        })
    }
}

async fn differences(setup: &Setup, connection: &mut PgConnection) -> Vec<String> {
    let (mut found, metrics) = (Vec::new(), ReconciliationMetrics::default());
    for (era, block) in outstanding(connection, 1_000).await.expect("eras") {
        let result = reconcile(connection, &State(&setup.history.truth), &metrics, era, block).await;
        found.extend(Reconciliation::difference(&result.expect("a comparison")));
    }
    found
}

/// The history as a shard has it: its own market, and what EraPaid says of all.
async fn shard() -> Setup {
    let setup = Setup::new(Plan::eventful(31), 30).await;
    setup
        .tamper(
            "INSERT INTO market_eras_paid
             SELECT block_number, event_index + 1000, 0, era, minted_ren, wh, earners, 1, 1 FROM eras_paid",
        )
        .await;
    setup.tamper("UPDATE eras_paid SET minted_ren = minted_ren + 1000").await;
    setup.tamper("UPDATE parameters SET markets = '0,4-6'").await;
    setup
}

#[tokio::test]
async fn a_shards_markets_agree_with_a_chain_that_has_more() {
    let setup = shard().await;
    let mut connection = setup.pool.acquire().await.expect("a connection");
    assert_eq!(differences(&setup, &mut connection).await, Vec::<String>::new());
    let agreed: i64 = sqlx::query_scalar("SELECT count(*) FROM reconciliations WHERE agrees")
        .fetch_one(&mut *connection)
        .await
        .expect("a count");
    assert!(agreed >= 6, "{agreed}");
}

#[tokio::test]
async fn what_is_wrong_with_a_shard_is_found() {
    let setup = shard().await;
    let last = "= (SELECT max(era) FROM rewards)";
    let wrong = [
        ("UPDATE parameters SET markets = NULL".to_owned(), "market 9, slot"),
        (format!("UPDATE rewards SET amount_ren = amount_ren + 1 WHERE era {last}"), "minted REN"),
        (format!("UPDATE market_eras_paid SET minted_ren = minted_ren + 1 WHERE era {last}"), "minted REN"),
        (format!("UPDATE eras_paid SET minted_ren = minted_ren - 1 WHERE era {last}"), "minted REN"),
        ("UPDATE fills SET amount_ueur = amount_ueur + 1".to_owned(), "µ€"),
    ];
    for (statement, what) in wrong {
        let mut connection = setup.pool.begin().await.expect("a transaction");
        let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut *connection).await;
        assert!(done.expect("a statement").rows_affected() > 0, "{statement}");
        let found = differences(&setup, &mut connection).await;
        assert!(!found.is_empty() && found.iter().any(|words| words.contains(what)), "{statement}: {found:?}");
        connection.rollback().await.expect("as it was");
    }
}
