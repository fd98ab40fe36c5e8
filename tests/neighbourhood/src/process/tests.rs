//! Programs end when they should, and say why when they should not have.

use super::*;
use std::{env, io::BufRead, io::BufReader};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn is_running(id: u32) -> bool {
    // A zombie has ended.
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn wait_until_gone(id: u32) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_running(id) {
        assert!(Instant::now() < deadline, "process {id} is still there");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn dropping_stops_it_and_what_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("parent.log");
    let process = Process::spawn("parent", shell("sleep 1000 & echo $!; wait"), &log).expect("starts");
    let deadline = Instant::now() + Duration::from_secs(10);
    let grandchild: u32 = loop {
        if let Ok(id) = std::fs::read_to_string(&log).unwrap_or_default().trim().parse() {
            break id;
        }
        assert!(Instant::now() < deadline, "it never said what it started");
        thread::sleep(Duration::from_millis(10));
    };
    let id = process.id();
    drop(process);
    wait_until_gone(id);
    wait_until_gone(grandchild);
}

#[test]
fn one_that_ended_is_reported_with_the_end_of_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::spawn("failing", shell("echo one; echo two >&2; exit 7"), folder.path().join("f.log"))
        .expect("starts");
    let deadline = Instant::now() + Duration::from_secs(10);
    while process.ended().is_none() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    let error = process.check("an answer").expect_err("it has ended").to_string();
    for part in ["failing", "exit status: 7", "an answer", "one", "two"] {
        assert!(error.contains(part), "{part} is missing in: {error}");
    }
}

#[test]
fn killing_leaves_no_time_to_clean_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("k.log");
    let mut process = Process::spawn("stubborn", shell("trap '' TERM; echo up; sleep 1000"), &log).expect("starts");
    let id = process.id();
    process.kill();
    assert!(process.ended().is_some());
    wait_until_gone(id);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let command = Command::new("/nowhere/deren-nothing");
    let error = Process::spawn("nothing", command, folder.path().join("n.log")).expect_err("not there");
    assert!(error.to_string().contains("cannot start nothing"), "{error}");
}

#[test]
fn a_long_log_shows_its_last_lines_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("long.log");
    let text: String = (0..5_000).map(|line| format!("line {line}\n")).collect();
    std::fs::write(&log, text).expect("written");
    let tail = tail(&log);
    assert_eq!(tail.lines().count(), TAIL_LINES);
    assert!(tail.ends_with("line 4999"));
    assert_eq!(super::tail(&folder.path().join("none")), "  (it wrote nothing)");
}

/// Not a test of its own: the process that the next test kills.
#[test]
fn helper_that_starts_a_program() {
    let Some(folder) = env::var_os("DEREN_TEST_HELPER") else { return };
    let process = Process::spawn("orphan", shell("sleep 1000"), Path::new(&folder).join("o.log")).expect("starts");
    println!("started {}", process.id());
    thread::sleep(Duration::from_secs(60));
}

#[test]
fn programs_end_with_us_even_if_we_are_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut helper = Command::new(env::current_exe().expect("we run"))
        .args(["--exact", "process::tests::helper_that_starts_a_program", "--nocapture"])
        .env("DEREN_TEST_HELPER", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("we can start ourselves");
    let output = BufReader::new(helper.stdout.take().expect("piped"));
    let orphan: u32 = output
        .lines()
        .map_while(|line| line.ok())
        .find_map(|line| line.split("started ").nth(1).and_then(|id| id.trim().parse().ok()))
        .expect("it says what it started");
    assert!(is_running(orphan));
    helper.kill().expect("killed with -9");
    helper.wait().expect("ended");
    wait_until_gone(orphan);
}
