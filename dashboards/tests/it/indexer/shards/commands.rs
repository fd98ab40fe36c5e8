//! The program's own commands on a real chain: one indexer exports, another of one market begins with that and goes on.

use super::super::support::{
    node::Node,
    program::Program,
    rows::{connect, finalized, fresh, height},
    wait::until,
};
use deren_dashboards::db;
use sqlx::postgres::PgConnectOptions;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn reaches(database: &PgConnectOptions, number: i64) -> i64 {
    until("the indexer gets there", async || {
        let mut connection = db::connect(database, db::CHAIN).await.map_err(|error| error.to_string())?;
        let height = height(&mut connection).await.map_err(|error| error.to_string())?;
        if height >= number { Ok(height) } else { Err(format!("it is at {height}")) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_begins_with_what_another_indexer_exported() {
    let node = Node::dev().await;
    node.trade_terms(2).await;
    let now = node.client().await.at_current_block().await.expect("a block").block_number();
    let now = i64::try_from(now).expect("a number");
    let (whole, shard) = (fresh().await, fresh().await);
    let (mut of_all, mut of_one) = (Program::new(&whole, &node.url()), Program::new(&shard, &node.url()));
    of_all.start();
    reaches(&whole, now).await;

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("market-0.snapshot");
    let file = file.to_str().expect("a path");
    let exported = of_all.output_of(&["snapshot", "export", file, "--markets", "0"]);
    assert!(exported.status.success() && text(&exported.stdout).contains("exported"), "{}", text(&exported.stderr));
    let refused = of_one.output_of(&["snapshot", "import", file]);
    assert!(text(&refused.stderr).contains("has market 0, and the settings follow all markets"), "{refused:?}");
    of_one.add_setting("markets = \"0\"");
    let imported = of_one.output_of(&["snapshot", "import", file]);
    assert!(imported.status.success() && text(&imported.stdout).contains("imported"), "{}", text(&imported.stderr));

    of_one.start();
    let further = reaches(&shard, now + 2).await;
    reaches(&whole, further).await;
    // The chain goes on: both are compared up to where the shard is.
    let (mut one, mut other) = (finalized(&shard).await, finalized(&whole).await);
    for table in ["edge_versions", "zones", "market_versions"] {
        assert_eq!(one.remove(table), other.remove(table), "{table}");
    }
    of_one.kill();
    let refused = of_one.output_of(&["run", "--markets", "0,4"]);
    let error = text(&refused.stderr);
    assert!(!refused.status.success() && error.contains("the database holds market 0"), "{error}");
    let bad = of_one.output_of(&["check", "--markets", "0,x"]);
    assert!(text(&bad.stderr).contains("`x` is no market"), "{bad:?}");
    // A rebuild for others is how they change.
    let rebuilt = of_one.output_of(&["rebuild", "--markets", "0,4"]);
    assert!(rebuilt.status.success(), "{}", text(&rebuilt.stderr));
    let noted: Option<String> = sqlx::query_scalar("SELECT markets FROM parameters")
        .fetch_one(&mut connect(&shard).await)
        .await
        .expect("a row");
    assert_eq!(noted.as_deref(), Some("0,4"));
}
