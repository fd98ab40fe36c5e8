//! The search of this machine's own networks, `local`, between two machines: two network namespaces with a cable
//! between them. The test makes them, and runs itself in both.

use crate::support::{
    image::Image,
    search,
    served::{Memory, Served},
};
use deren_meters::discover::Event;
use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::Duration,
};
use tokio::{net::TcpListener, time::sleep};

/// How this test is called.
const NAME: &str = "local_networks::the_local_networks_are_searched_and_nothing_beyond";
/// Tells the test in a namespace which of the two machines it is.
const MACHINE: &str = "DEREN_TEST_MACHINE";
/// What the other machine says: that it is there for a cable, and that its devices answer.
const THERE: &str = "the other machine is there";
const SERVING: &str = "its devices answer";

#[tokio::test]
async fn the_local_networks_are_searched_and_nothing_beyond() {
    match std::env::var(MACHINE).as_deref() {
        Ok("home") => home().await,
        Ok("gateway") => gateway().await,
        _ => in_a_namespace(),
    }
}

/// Runs the test as the gateway's machine, root in a user namespace of its own, where the system allows that.
fn in_a_namespace() {
    ip("-Version");
    let namespace = ["--user", "--map-root-user", "--net"];
    let allowed = run(Command::new("unshare").args(namespace).args(["ip", "link", "add", "a0", "type", "veth"]));
    if !allowed.status.success() {
        let reason = String::from_utf8_lossy(&allowed.stderr);
        println!("SKIPPED: this machine lets nobody make network namespaces with a cable: {}", reason.trim());
        return;
    }
    let ran = run(Command::new("unshare").args(namespace).arg(this()).args(ALONE).env(MACHINE, "gateway"));
    let told = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(ran.status.success() && told.contains("1 passed"), "{told}");
}

/// The machine that searches: its network is 10.77.0.0/29, and behind a router there would be more.
async fn gateway() {
    let mut home = OtherMachine::start();
    home.wait_until(THERE);
    ip("link add name cable0 type veth peer name cable1");
    ip(&format!("link set cable1 netns {}", home.process.id()));
    ip("address add 10.77.0.1/29 dev cable0");
    ip("link set cable0 up");
    ip("link set lo up");
    // A public address is no home, even as a network of this machine.
    ip("address add 198.51.100.1/24 dev cable0");
    home.wait_until(SERVING);

    let (records, events) = search("local").await;
    let found: Vec<_> = records.iter().map(|record| (record.uri.to_string(), record.serial.as_deref())).collect();
    let at = |place: &str| format!("sunspec+tcp://{place}?unit=1&model=203&index=0");
    assert_eq!(found, [(at("10.77.0.5"), Some("near")), (at("10.77.0.5:1502"), Some("also near"))]);
    assert_eq!(events.last(), Some(&Event::Progress { done: 18, total: 18 }), "six hosts, three ports each");
}

/// The machine at the cable's other end: a device on each usual port, and one of another network.
async fn home() {
    ip("link set lo up");
    say(THERE);
    let arrived = || run(Command::new("ip").args(["link", "show", "cable1"])).status.success();
    for _ in 0..1_000 {
        if arrived() {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    for address in ["10.77.0.5/29", "10.77.0.9/29"] {
        ip(&format!("address add {address} dev cable1"));
    }
    ip("link set cable1 up");
    let mut devices = Vec::new();
    for (place, serial) in [("10.77.0.5:502", "near"), ("10.77.0.5:1502", "also near"), ("10.77.0.9:502", "beyond")] {
        let memory = Memory::default();
        memory.image(1, 40_000, &Image::new().common("Vendor", "Meter", serial).meter(1, 2, 3, 0).end());
        devices.push(Served::on(TcpListener::bind(place).await.expect("a port"), &memory));
    }
    say(SERVING);
    // The gateway's machine ends this one with its standard input.
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()))
        .await
        .expect("no panic")
        .expect("read");
}

/// So that only this test runs, and what it prints is seen.
const ALONE: [&str; 3] = ["--exact", NAME, "--nocapture"];

fn this() -> std::path::PathBuf {
    std::env::current_exe().expect("this test")
}

fn say(what: &str) {
    println!("{what}");
    std::io::stdout().flush().expect("written");
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("util-linux and iproute2 are installed")
}

fn ip(arguments: &str) {
    let ran = run(Command::new("ip").args(arguments.split(' ')));
    assert!(ran.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// The machine at the cable's other end, in a network namespace of its own.
struct OtherMachine {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl OtherMachine {
    fn start() -> Self {
        let mut command = Command::new("unshare");
        command.arg("--net").arg(this()).args(ALONE).env(MACHINE, "home");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let said = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { process, said }
    }

    fn wait_until(&mut self, what: &str) {
        let told = self.said.by_ref().map_while(Result::ok).any(|line| line.contains(what));
        assert!(told, "the other machine ended before: {what}");
    }
}

impl Drop for OtherMachine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
