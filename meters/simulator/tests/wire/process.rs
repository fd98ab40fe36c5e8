//! The program `deren-simulator` as a user starts it.

use super::*;
use deren_simulator::Serving;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_deren-simulator");

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn good() -> tempfile::NamedTempFile {
    file(&SimulatorConfig { homes: vec![whole_home()], ..midsummer(75.0) }.to_toml().unwrap())
}

fn run(arguments: &[&str], config: &std::path::Path) -> Output {
    Command::new(PROGRAM).args(arguments).arg("--config").arg(config).output().unwrap()
}

#[tokio::test]
async fn it_prints_one_line_serves_and_stops_on_sigterm() {
    let config = good();
    let mut command = Command::new(PROGRAM);
    command.arg("--config").arg(config.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let mut stdout = BufReader::new(running.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let serving: Serving = serde_json::from_str(&line).unwrap();
    assert_eq!((serving.speed_permille, serving.homes[0].devices.len()), (75_000, 4));
    let device: &deren_meters::sunspec::SunSpecDevice = serving.homes[0].devices[0].uri.device().expect(&line);
    let address = device.wire.to_string().parse().unwrap();
    use tokio_modbus::prelude::*;
    let mut client = client::tcp::connect_slave(address, Slave(1)).await.unwrap();
    assert_eq!(client.read_holding_registers(40_000, 2).await.unwrap().unwrap(), [0x5375, 0x6e53]);

    let pid = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(running.0.wait().unwrap().success());
    let mut rest = String::new();
    assert_eq!(stdout.read_line(&mut rest).unwrap(), 0, "nothing but the one line: {rest}");
}

#[test]
fn faults_of_a_seed_are_printed_by_home_and_by_check_always_the_same() {
    let random_faults = Some(deren_simulator::faults::RandomFaults { seed: 7, per_day: 3, days: 2 });
    let homes = vec![HomeConfig { random_faults, ..whole_home() }];
    let config = file(&SimulatorConfig { homes, ..midsummer(75.0) }.to_toml().unwrap());
    let printed = run(&["home", "--faults"], config.path());
    assert!(printed.status.success());
    let text = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(text.matches("# home whole, modbus 0 unit").count(), 4, "{text}");
    assert!(text.lines().filter(|line| line.contains("at_s = ")).count() >= 4 * 3, "{text}");
    assert_eq!(run(&["--check"], config.path()).stdout, text.as_bytes());
}

#[test]
fn check_accepts_a_good_file_and_names_every_kind_of_mistake() {
    assert!(run(&["--check"], good().path()).status.success());
    let refusal = |text: &str| {
        let output = run(&["--check"], file(text).path());
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let text = std::fs::read_to_string(good().path()).unwrap();
    assert!(refusal(&text.replace("latitude_deg", "latitude")).contains("did you mean `latitude_deg`?"));
    assert!(refusal(&text.replace("eastron-sdm630", "eastron-sdm63")).contains("eastron-sdm630"));
    assert!(refusal(&text.replace("unit = 2", "unit = 1")).contains("unit 1 is there twice"));
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut home = whole_home();
    home.modbus[0].listen = address;
    let config = file(&SimulatorConfig { homes: vec![home], ..midsummer(1.0) }.to_toml().unwrap());
    let output = run(&[], config.path());
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains(&address.to_string()) && error.contains("port 0"), "{error}");
}

#[test]
fn a_day_can_be_looked_at() {
    let output = run(&["home", "--csv"], good().path());
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("home,start_unix_s,production_wh,"));
    assert_eq!(text.lines().count(), 97);
}
