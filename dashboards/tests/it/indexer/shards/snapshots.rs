//! What one indexer has, carried to another: the same rows as of a clean run, or nothing at all.

use super::{
    super::support::{
        rows::{all, assert_same, connect, fresh},
        world::{Shown, World},
    },
    begin, indexed,
    made::Made,
    markets,
};
use deren_dashboards::{
    markets::Markets,
    snapshot::{SnapshotError, export, import},
};
use sqlx::postgres::PgConnectOptions;
use std::sync::{Arc, Mutex};

async fn exported(database: &PgConnectOptions, followed: &str) -> Vec<u8> {
    let (carried, file) = export(database, &markets(followed), Vec::new()).await.expect("exported");
    assert!(carried.rows > 0 && carried.through.number > 0, "{carried:?}");
    file
}

async fn refused(world: &Arc<Mutex<World>>, database: &PgConnectOptions, followed: &str, file: &[u8]) -> String {
    let before = all(database).await;
    let done = import(database, &Shown::new(world), &markets(followed), file).await;
    assert_same(&before, &all(database).await);
    let left: bool = sqlx::query_scalar("SELECT to_regnamespace('chain_rebuilt') IS NOT NULL")
        .fetch_one(&mut connect(database).await)
        .await
        .expect("an answer");
    assert!(!left, "nothing half-written is left");
    done.expect_err("refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indexer_goes_on_from_anothers_snapshot_as_from_its_own() {
    let mut made = Made::new(10);
    let world = made.world(20, 16);
    let whole = indexed(&world, &Markets::ALL).await;
    let shard = indexed(&world, &markets("3,25")).await;
    let file = exported(&whole, "3,25").await;
    assert!(file == exported(&shard, "3,25").await, "an indexer of all and one of these give the same file");
    assert!(file != exported(&whole, "3").await);

    // One that is further back, or that has the same already, is replaced as well.
    let database = fresh().await;
    for round in 0..2 {
        let carried =
            import(&database, &Shown::new(&world), &markets("3,25"), file.as_slice()).await.expect("imported");
        assert_eq!(carried.through.number, 16, "round {round}");
    }
    let mut follower = begin(&world, &database, &markets("3,25")).await;
    for _ in 0..3 {
        follower.step().await.expect("a step");
        let mut world = world.lock().expect("ours");
        made.grow(&mut world, 4, 1);
        world.finalized += 5;
    }
    follower.step().await.expect("a step");
    let clean = indexed(&world, &markets("3,25")).await;
    assert_same(&all(&clean).await, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_all_markets_is_carried_too() {
    let world = Made::new(11).world(10, 10);
    let whole = indexed(&world, &Markets::ALL).await;
    let (_, file) = export(&whole, &Markets::ALL, Vec::new()).await.expect("exported");
    let database = fresh().await;
    import(&database, &Shown::new(&world), &Markets::ALL, file.as_slice()).await.expect("imported");
    assert_same(&all(&whole).await, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_cut_snapshot_changes_nothing() {
    let world = Made::new(12).world(10, 8);
    let shard = indexed(&world, &markets("7")).await;
    let file = exported(&shard, "7").await;
    // A database in use, which must stay as it is.
    let database = indexed(&world, &markets("7")).await;
    for length in [0, 3, 100, file.len() / 2, file.len() - 1] {
        let error = refused(&world, &database, "7", &file[..length]).await;
        assert!(error.contains("cut off") && error.contains("nothing was changed"), "{length}: {error}");
    }
    // Somewhere among the rows.
    for place in (file.len() / 4..file.len()).step_by(file.len() / 9) {
        let mut damaged = file.clone();
        damaged[place] ^= 1;
        let error = refused(&world, &database, "7", &damaged).await;
        assert!(error.contains("nothing was changed"), "byte {place}: {error}");
    }
    import(&database, &Shown::new(&world), &markets("7"), file.as_slice()).await.expect("whole, it is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_something_else_is_refused_with_what_to_do() {
    let world = Made::new(13).world(10, 8);
    let whole = indexed(&world, &Markets::ALL).await;
    let (file, database) = (exported(&whole, "3").await, fresh().await);
    let error = refused(&world, &database, "3,7", &file).await;
    assert!(error.contains("has market 3") && error.contains("follow markets 3,7"), "{error}");
    let error = refused(&world, &database, "3", b"PGDMP").await;
    assert!(error.contains("is none"), "{error}");

    let shorter = Made::new(13).world(10, 5);
    let error = refused(&shorter, &database, "3", &file).await;
    assert!(error.contains("has finalised block 5 only"), "{error}");
    let mut forked = World::new();
    Made::new(13).grow(&mut forked, 10, 9);
    forked.finalized = 9;
    let error = refused(&Arc::new(Mutex::new(forked)), &database, "3", &file).await;
    assert!(error.contains("is not on the node's chain"), "{error}");
    let other = Made::new(13).world(10, 8);
    other.lock().expect("ours").chain[0].head.id.hash = [9; 32];
    let error = refused(&other, &database, "3", &file).await;
    assert!(error.contains("genesis 0x0909"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_there_can_be_exported() {
    let world = Made::new(14).world(6, 4);
    let shard = indexed(&world, &markets("3,7")).await;
    let error = export(&shard, &markets("3,25"), Vec::new()).await.expect_err("not there");
    assert!(matches!(&error, SnapshotError::NotHere { .. }), "{error}");
    assert!(error.to_string().contains("holds markets 3,7, and not all of markets 3,25"), "{error}");
    let empty = fresh().await;
    let error = export(&empty, &Markets::ALL, Vec::new()).await.expect_err("nothing");
    assert!(matches!(error, SnapshotError::Empty), "{error}");
}
