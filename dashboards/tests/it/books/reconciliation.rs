//! Honest rows agree with the chain; each dishonest one is found, written down and counted.

use crate::{
    books::setup::Setup,
    history::{MARKET, Plan, Truth},
};
use codec::{Decode, Encode};
use deren_dashboards::books::reconcile::{
    Against, ChainError, ChainState, Reconciliation, ReconciliationMetrics, outstanding, reconcile,
};
use deren_primitives::{MarketId, Slot, SlotSummary};
use sqlx::PgConnection;

/// A chain's state as the history has it.
struct State<'a>(&'a Truth);

impl ChainState for State<'_> {
    async fn call(&self, function: &'static str, arguments: Vec<u8>, at: [u8; 32]) -> Result<Vec<u8>, ChainError> {
        let mut arguments = arguments.as_slice();
        Ok(match function {
            "MarketApi_markets" => vec![MarketId(MARKET)].encode(),
            "MarketApi_minted" => {
                let era = u32::decode(&mut arguments).expect("an era");
                self.0.minted_ren.get(&era).copied().encode()
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

async fn all(setup: &Setup, connection: &mut PgConnection, metrics: &ReconciliationMetrics) -> Vec<Reconciliation> {
    let mut results = Vec::new();
    for (era, block) in outstanding(connection, 1_000).await.expect("eras") {
        let state = State(&setup.history.truth);
        results.push(reconcile(connection, &state, metrics, era, block).await.expect("a comparison"));
    }
    results
}

#[tokio::test]
async fn honest_rows_agree_in_every_era() {
    for seed in 31..=33 {
        let setup = Setup::new(Plan::eventful(seed), 110).await;
        let metrics = ReconciliationMetrics::default();
        let mut connection = setup.pool.acquire().await.expect("a connection");
        let results = all(&setup, &mut connection, &metrics).await;
        let wrong: Vec<_> = results.iter().filter_map(Reconciliation::difference).collect();
        assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
        assert!(results.iter().all(|result| result.against == Against::State));
        assert!(results.len() >= 26 && metrics.counts() == (results.len() as u64, 0));
        assert!(all(&setup, &mut connection, &metrics).await.is_empty(), "nothing is compared twice");
        let (written, last): (i64, i64) =
            sqlx::query_as("SELECT count(*) FILTER (WHERE agrees), max(era) FROM reconciliations")
                .fetch_one(&setup.pool)
                .await
                .expect("a count");
        assert_eq!(written, results.len() as i64);
        assert_eq!(Some(last), results.last().map(|result| i64::from(result.era)));
    }
}

/// The first row of a table whose slot traded.
macro_rules! one_row {
    ($statement:literal, $table:literal) => {
        concat!(
            $statement,
            " WHERE (block_number, event_index) = (SELECT block_number, event_index FROM ",
            $table,
            " ORDER BY block_number DESC, event_index DESC OFFSET 2 LIMIT 1)"
        )
    };
}

#[tokio::test]
async fn a_dishonest_row_is_found() {
    let dishonest = [
        (one_row!("UPDATE fills SET amount_ueur = amount_ueur + 1", "fills"), "µ€"),
        (one_row!("UPDATE fills SET quantity_wh = quantity_wh - 1", "fills"), "Wh"),
        (one_row!("UPDATE fills SET amount_ueur = -1000000", "fills"), "is impossible"),
        (one_row!("DELETE FROM fills", "fills"), "Wh"),
        (one_row!("UPDATE network_fees SET amount_ueur = amount_ueur + 1", "network_fees"), "network fees µ€"),
        (one_row!("UPDATE protocol_fees SET amount_ueur = amount_ueur - 1", "protocol_fees"), "protocol fee µ€"),
        (one_row!("UPDATE community_payments SET dust_ueur = dust_ueur + 1", "community_payments"), "dust µ€"),
        (one_row!("DELETE FROM slots_settled", "slots_settled"), "no rows of it"),
        (one_row!("UPDATE rewards SET amount_ren = amount_ren + 1", "rewards"), "minted REN"),
        (
            "DELETE FROM readings WHERE first_slot = (SELECT max(slot) - 8 FROM slots_settled) AND verdict = 0",
            "readings",
        ),
    ];
    let setup = Setup::new(Plan::eventful(31), 111).await;
    for (statement, what) in dishonest {
        let mut connection = setup.pool.begin().await.expect("a transaction");
        let done = sqlx::query(statement).execute(&mut *connection).await.expect("a statement");
        assert!(done.rows_affected() > 0, "{statement}: no row");
        let metrics = ReconciliationMetrics::default();
        let results = all(&setup, &mut connection, &metrics).await;
        let wrong: Vec<_> = results.iter().filter_map(Reconciliation::difference).collect();
        assert!(wrong.len() == 1 && wrong[0].contains(what), "{statement}: {wrong:?}");
        assert_eq!(metrics.counts().1, 1, "{statement}");
        let written: String = sqlx::query_scalar("SELECT difference FROM reconciliations WHERE NOT agrees")
            .fetch_one(&mut *connection)
            .await
            .expect("one row");
        assert_eq!(written, wrong[0]);
        connection.rollback().await.expect("as it was");
    }
}

/// A chain that has forgotten all slots and eras, as it does after a week.
struct Forgetful;

impl ChainState for Forgetful {
    async fn call(&self, function: &'static str, _: Vec<u8>, _: [u8; 32]) -> Result<Vec<u8>, ChainError> {
        Ok(if function == "MarketApi_markets" { vec![MarketId(MARKET)].encode() } else { None::<u8>.encode() })
    }
}

#[tokio::test]
async fn what_the_chain_has_forgotten_is_compared_with_its_events() {
    let setup = Setup::new(Plan::eventful(31), 20).await;
    let metrics = ReconciliationMetrics::default();
    let mut connection = setup.pool.begin().await.expect("a transaction");
    let (era, paid_in) = outstanding(&mut connection, 1).await.expect("eras")[0];
    let later = (paid_in.0 + 1, [1; 32]);
    let result = reconcile(&mut connection, &Forgetful, &metrics, era, later).await.expect("a comparison");
    assert_eq!((result.difference(), result.against), (None, Against::Events));

    sqlx::query("UPDATE fills SET amount_ueur = amount_ueur + 1").execute(&mut *connection).await.expect("rows");
    let result = reconcile(&mut connection, &Forgetful, &metrics, era, later).await.expect("a comparison");
    assert!(result.difference().is_some_and(|difference| difference.contains("µ€")));

    // The block that paid the era cannot have forgotten it.
    let result = reconcile(&mut connection, &Forgetful, &metrics, era, paid_in).await.expect("a comparison");
    assert!(result.difference().is_some_and(|difference| difference.contains("the chain has no such slot")));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_error_and_no_agreement() {
    struct Nonsense;
    impl ChainState for Nonsense {
        async fn call(&self, _: &'static str, _: Vec<u8>, _: [u8; 32]) -> Result<Vec<u8>, ChainError> {
            Ok(vec![7; 3])
        }
    }
    let setup = Setup::new(Plan::eventful(31), 10).await;
    let mut connection = setup.pool.acquire().await.expect("a connection");
    let metrics = ReconciliationMetrics::default();
    let (era, block) = outstanding(&mut connection, 1).await.expect("eras")[0];
    let error = reconcile(&mut connection, &Nonsense, &metrics, era, block).await.expect_err("nonsense");
    assert!(error.to_string().contains("MarketApi_minted"), "{error}");
    assert_eq!((metrics.counts(), outstanding(&mut connection, 1).await.expect("eras")[0].0), ((0, 0), era));
}
