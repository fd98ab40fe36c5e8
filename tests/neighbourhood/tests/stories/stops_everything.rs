//! Ctrl-C ends the demo and everything that it started, at any time.

use deren_neighbourhood::{Binaries, Silent, Wait};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let parent_of = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(')')?;
        after_name.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    let all = fs::read_dir("/proc").expect("Linux").flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// True if the process is a PostgreSQL server, which we start through another program that it takes the place of.
fn is_database(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/cmdline")).is_ok_and(|line| line.contains("bin/postgres\0-D"))
}

#[tokio::test]
async fn ctrl_c_ends_all_that_was_started() {
    Binaries::find().unwrap_or_else(|error| panic!("{error}"));
    let mut demo = tokio::process::Command::from(Command::new(env!("CARGO_BIN_EXE_deren-neighbourhood")))
        .args(["--homes", "3"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it can be started");
    let id = demo.id().expect("it runs");
    let deadline = Duration::from_secs(120);

    // Node, broker, simulator and the database: the middle of starting.
    let started = Wait::new("four processes, a database among them", deadline, &Silent)
        .until(async || {
            let children = children(id);
            let has_database = children.iter().any(|child| is_database(*child));
            if children.len() >= 4 && has_database { Ok(children) } else { Err(format!("{children:?}")) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let pid = Pid::from_raw(i32::try_from(id).expect("an id")).expect("not 0");
    kill_process(pid, Signal::INT).expect("it runs");

    let status = tokio::time::timeout(deadline, demo.wait()).await.expect("it ends in time").expect("it ended");
    assert!(status.success(), "Ctrl-C is how the demo ends, and no failure: {status}");
    for child in started {
        assert!(!fs::exists(format!("/proc/{child}")).expect("Linux"), "process {child} is still there");
    }
}
