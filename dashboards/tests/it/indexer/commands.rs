//! The program's commands, as someone who installs it meets them.

use super::support::{
    program::Program,
    rows::{all, assert_same, fresh},
};
use deren_dashboards::db;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn nowhere() -> url::Url {
    "ws://127.0.0.1:1".parse().expect("an address")
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_checked_without_touching_anything() {
    let database = fresh().await;
    let program = Program::new(&database, &nowhere());
    let good = program.output("check");
    assert!(good.status.success() && text(&good.stdout).contains("good"), "{}", text(&good.stderr));
    program.add_setting("lisen = \"127.0.0.1:0\"");
    let bad = program.output("check");
    let error = text(&bad.stderr);
    assert_eq!(bad.status.code(), Some(1));
    assert!(error.contains("line 4") && error.contains("did you mean `listen`?"), "{error}");
    assert_eq!(error.trim().lines().count(), 1, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_made_once_however_often_and_by_how_many() {
    let database = fresh().await;
    let before = all(&database).await;
    let (one, other) = tokio::join!(db::migrate(&database), db::migrate(&database));
    one.expect("the first");
    other.expect("the second at the same time");
    let program = Program::new(&database, &nowhere());
    assert!(program.output("migrate").status.success());
    assert_same(&before, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_is_named_and_its_password_is_not() {
    let fresh = fresh().await;
    let database = (*fresh).clone().password("geheim");
    let refused = Program::new(&database, &nowhere()).output("migrate");
    let error = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(error.contains("password authentication failed") && !error.contains("geheim"), "{error}");
}
