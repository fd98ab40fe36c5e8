//! Real clusters.

use deren_testing::postgres::{Cluster, ClusterOptions, PostgresError};
use std::process::Command;

/// Runs a statement through the system's own client, as anyone would.
fn sql(url: &str, statement: &str) -> Result<String, String> {
    let ran = Command::new("psql").args(["-X", "-At", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement]).output();
    let ran = ran.expect("psql is installed beside the server");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

fn cluster() -> Cluster {
    Cluster::start(&ClusterOptions::default()).expect("a cluster")
}

#[test]
fn what_is_committed_survives_kill_and_restart() {
    let mut cluster = cluster();
    let database = cluster.fresh_database().expect("a database");
    sql(&database.url, "CREATE TABLE t AS SELECT 7 AS n").expect("made");
    cluster.kill();
    assert!(sql(&database.url, "SELECT 1").is_err(), "it is gone");
    cluster.restart().expect("it starts again");
    assert_eq!(sql(&database.url, "SELECT n FROM t").as_deref(), Ok("7"));
    cluster.restart().expect("it is stopped and starts again");
    assert_eq!(sql(&database.url, "SELECT n FROM t").as_deref(), Ok("7"));
}

#[test]
fn databases_are_apart_and_the_folder_goes_with_the_cluster() {
    let cluster = cluster();
    let (one, other) = (cluster.fresh_database().expect("one"), cluster.fresh_database().expect("another"));
    assert_ne!(one.name, other.name);
    sql(&one.url, "CREATE TABLE t (n INT)").expect("made");
    assert!(sql(&other.url, "SELECT * FROM t").is_err());
    assert!(matches!(cluster.create_database(&one.name), Err(PostgresError::Failed { .. })), "the name is taken");
    let folder = cluster.log().parent().expect("a folder").to_owned();
    assert!(folder.is_dir());
    drop(cluster);
    assert!(!folder.exists());
    assert!(sql(&one.url, "SELECT 1").is_err());
}

#[test]
fn nobody_comes_in_without_the_password_and_from_outside() {
    let cluster = cluster();
    let database = cluster.fresh_database().expect("a database");
    let without = format!("postgres://deren@127.0.0.1:{}/{}", cluster.port(), database.name);
    let error = sql(&format!("{without}?passfile=/nonexistent"), "SELECT 1").expect_err("refused");
    assert!(error.contains("password"), "{error}");
    assert_eq!(sql(&database.url, "SHOW listen_addresses").as_deref(), Ok("127.0.0.1"));
}

/// What programs can do here they can do wherever somebody gave them a database.
#[test]
fn who_comes_owns_its_databases_and_nothing_else() {
    let cluster = cluster();
    let database = cluster.fresh_database().expect("a database");
    let may =
        "SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user";
    assert_eq!(sql(&database.url, may).as_deref(), Ok("f"));
    let owns = "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()";
    assert_eq!(sql(&database.url, owns).as_deref(), Ok("t"));
    let error = sql(&database.url, "SHOW shared_preload_libraries").expect_err("refused");
    assert!(error.contains("pg_read_all_settings"), "{error}");
}

#[test]
fn settings_hold_and_durability_is_chosen() {
    let options = ClusterOptions { durable: true, settings: vec![("work_mem".into(), "7MB".into())] };
    let cluster = Cluster::start(&options).expect("a cluster");
    let url = cluster.url("postgres");
    assert_eq!(sql(&url, "SHOW fsync").as_deref(), Ok("on"));
    assert_eq!(sql(&url, "SHOW work_mem").as_deref(), Ok("7MB"));
    assert_eq!(sql(&self::cluster().url("postgres"), "SHOW fsync").as_deref(), Ok("off"));
}

#[test]
fn a_setting_that_postgres_refuses_is_shown_with_its_log() {
    let options = ClusterOptions { durable: false, settings: vec![("no_such_setting".into(), "1".into())] };
    let error = Cluster::start(&options).expect_err("refused").to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}

#[test]
fn a_cluster_outlives_the_thread_that_started_it() {
    let cluster = std::thread::spawn(cluster).join().expect("started");
    assert_eq!(sql(&cluster.url("postgres"), "SELECT 1").as_deref(), Ok("1"));
}

#[test]
fn a_shared_cluster_is_one_and_gone_with_the_last_who_holds_it() {
    let (one, other) = (Cluster::shared().expect("a cluster"), Cluster::shared().expect("the same"));
    assert_eq!(one.port(), other.port());
    let folder = one.log().parent().expect("a folder").to_owned();
    drop(one);
    assert_eq!(sql(&other.url("postgres"), "SELECT 1").as_deref(), Ok("1"));
    drop(other);
    assert!(!folder.exists());
}
