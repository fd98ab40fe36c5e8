//! A disk that is full, or cannot be written: an alarm, and no loss. What was stored stays, what could not be stored is
//! stored when there is room again, and the chain of hashes goes on.

use crate::support::{
    FakeNode,
    chain::Chain,
    outbox::{self, DEVICE},
    real::{Configured, Running, assert_unbroken, finals, home},
};
use deren_gateway::{
    codes::GatewayCode,
    outbox::{Bounds, Outbox},
};
use deren_primitives::{DeviceId, GatewayId, Slot};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

const FOLDER: &str = "DEREN_TEST_DISK_FOLDER";
/// Mounts a small file system at `$0`, seen by this process alone, and becomes the rest of the command.
const ON_SMALL_DISK: &str = r#"mount -t tmpfs -o size=3m,mode=0700 tmpfs "$0" && exec "$@""#;

fn append(outbox: &Outbox, sequence: u64) -> Result<(), String> {
    outbox::append(outbox, sequence..sequence + 1)
}

/// Appends from `next` on until the disk refuses; gives the sequence number that it refused.
fn append_until_refused(outbox: &Outbox, mut next: u64) -> u64 {
    while append(outbox, next).is_ok() {
        next += 1;
        assert!(next < 100_000, "the disk takes everything");
    }
    let alarm = outbox.alarm().expect("an alarm");
    assert_eq!(alarm.code, GatewayCode::DiskFull.into(), "{alarm:?}");
    next
}

/// Appends `next` as soon as the disk takes it again.
fn append_when_possible(outbox: &Outbox, next: u64) {
    let began = Instant::now();
    while let Err(error) = append(outbox, next) {
        assert!(began.elapsed() < Duration::from_secs(60), "{error}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(outbox.alarm(), None);
}

fn assert_whole(outbox: &Outbox, count: u64) {
    let queued = outbox.next(&[(DEVICE, 0)], Slot(u32::MAX), 200_000).unwrap();
    assert_eq!(queued.len() as u64, count);
    assert!(queued.iter().zip(0..).all(|(queued, sequence)| queued.reading.sequence == sequence));
    assert!(queued.windows(2).all(|pair| pair[1].reading.previous == pair[0].reading.hash()));
}

#[expect(unsafe_code, reason = "no safe crate that we use limits the size of files")]
fn limit_files_to(bytes: libc::rlim_t) {
    // SAFETY: both calls only take numbers; the limit lies on the stack.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
    }
}

/// Alone in its process, because the limit is the process's.
#[test]
fn limited_process() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let outbox = outbox::open(&folder, Bounds::default());
    for sequence in 0..50 {
        append(&outbox, sequence).unwrap();
    }
    let mut next = 50;
    for _ in 0..3 {
        // As a disk that was remounted read-only: not one byte more.
        limit_files_to(0);
        next = append_until_refused(&outbox, next);
        assert!(append(&outbox, next).is_err());
        limit_files_to(libc::RLIM_INFINITY);
        append_when_possible(&outbox, next);
        next += 1;
    }
    assert_whole(&outbox, next);
    drop(outbox);
    assert_whole(&outbox::open(&folder, Bounds::default()), next);
    println!("whole");
}

/// On a small disk of its own.
#[test]
fn process_on_a_small_disk() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let outbox = outbox::open(&folder, Bounds::default());
    let mut next = 0;
    for _ in 0..3 {
        let ballast = folder.join("ballast");
        fill(&ballast);
        next = append_until_refused(&outbox, next);
        fs::remove_file(&ballast).unwrap();
        append_when_possible(&outbox, next);
        next += 1;
        assert_eq!(outbox.remove_before(&[(DEVICE, 0)]).unwrap(), 0);
    }
    assert_whole(&outbox, next);
    drop(outbox);
    assert_whole(&outbox::open(&folder, Bounds::default()), next);
    println!("whole");
}

fn fill(ballast: &Path) {
    let mut file = fs::File::create(ballast).unwrap();
    while file.write_all(&[7; 4096]).is_ok() {}
    while file.write_all(&[7; 1]).is_ok() {}
}

/// This program again, with one test of it in a folder.
fn only(test: &str, folder: &Path) -> Vec<String> {
    let program = std::env::current_exe().unwrap().display().to_string();
    vec![format!("{FOLDER}={}", folder.display()), program, "--exact".into(), test.into(), "--nocapture".into()]
}

/// A command on a small disk of its own at `folder`; `None`, with the reason printed, where that is not allowed.
fn on_small_disk(folder: &Path, command: &[String]) -> Option<Command> {
    for how in [&["--mount"][..], &["--mount", "--map-root-user"]] {
        let tried =
            Command::new("unshare").args(how).args(["sh", "-c", ON_SMALL_DISK]).arg(folder).arg("true").output();
        if tried.is_ok_and(|tried| tried.status.success()) {
            let mut all = Command::new("unshare");
            all.args(how).args(["sh", "-c", ON_SMALL_DISK]).arg(folder).args(command);
            return Some(all);
        }
    }
    println!("skipped: nobody may mount a small disk here (unshare --mount, as root or with user namespaces)");
    None
}

#[test]
fn a_disk_that_refuses_every_byte_is_an_alarm_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("env").args(only("disk::limited_process", folder.path())).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("whole"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_is_an_alarm_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let command = [vec!["env".to_owned()], only("disk::process_on_a_small_disk", folder.path())].concat();
    let Some(mut command) = on_small_disk(folder.path(), &command) else {
        return;
    };
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("whole"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// A full outbox stays within the size that the configuration states.
#[test]
fn a_full_outbox_takes_no_more_than_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { max_mb: 4, ..Bounds::default() };
    let outbox = outbox::open(folder.path(), bounds);
    for slot in 0..bounds.capacity_readings() / 16 {
        outbox::append(&outbox, slot * 16..slot * 16 + 16).unwrap();
    }
    let bytes = fs::metadata(folder.path().join("outbox.redb")).unwrap().len();
    println!("{} readings in {bytes} bytes", bounds.capacity_readings());
    assert!(bytes <= u64::from(bounds.max_mb) * 1024 * 1024, "{bytes} bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_on_a_full_disk_says_so_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let gateway = Configured::new(folder.path(), &simulator, &node, "key = \"file:gateway.key\"");
    let program = env!("CARGO_BIN_EXE_deren-gateway").to_owned();
    let command = [program, "run".into(), "--config".into(), gateway.file.display().to_string()];
    let Some(command) = on_small_disk(&data, &command) else {
        return;
    };
    let running = Running::start(command);
    let status = gateway.until(&node, "it knows its device", |status| status["devices"][0]["device"].is_string()).await;
    let device: DeviceId = status["devices"][0]["device"].as_str().unwrap().parse().unwrap();
    let id: GatewayId = status["gateway"].as_str().unwrap().parse().unwrap();
    node.chain().register(id.0, 0, &[device]);
    finals(&node, 3).await;

    let ballast = PathBuf::from(format!("/proc/{}/root{}", running.0.id(), data.join("ballast").display()));
    fill(&ballast);
    let full = gateway.until(&node, "an alarm", |status| status["outbox"]["alarm"].is_string()).await;
    assert!(gateway.page("/metrics").await.unwrap().contains("\nderen_gateway_disk_failing 1\n"));
    let samples = |status: &Value| status["devices"][0]["samples_total"].as_u64().unwrap();
    let goes_on = |status: &Value| status["outbox"]["alarm"].is_string() && samples(status) > samples(&full) + 30;
    gateway.until(&node, "it goes on sampling", goes_on).await;
    let before = node.chain().final_readings().len();
    fs::remove_file(&ballast).unwrap();
    gateway.until(&node, "the alarm ends", |status| status["outbox"]["alarm"].is_null()).await;
    assert_unbroken(&finals(&node, before + 4).await);
}
