//! Runs the program on files of a folder of its own.

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
};

/// The example of the market file's description, with a seller.
pub const MARKET: &str = r#"{
    "zones": [
        {"id": 0, "parent": null},
        {"id": 1, "parent": 0, "fee": 12000, "capacity_up_wh": 50000, "capacity_down_wh": 50000},
        {"id": 2, "parent": 0, "fee": 8000}
    ],
    "orders": [
        {"id": 7, "zone": 1, "side": "buy", "limit": 240000, "quantity_wh": 1500},
        {"id": 3, "zone": 2, "side": "sell", "limit": 100000, "quantity_wh": 1000},
        {"id": 5, "zone": 2, "side": "sell", "limit": 180000, "quantity_wh": 1000}
    ]
}"#;

/// What the program said.
pub struct Answer {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_deren-market"))
}

/// `deren-market clear` on a file with this text.
pub fn clear(market: &str) -> Answer {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("market.json");
    fs::write(&file, market).expect("written");
    program().arg("clear").arg(&file).output().expect("run").into()
}

/// `deren-market verify` on files with these texts.
pub fn verify(market: &str, result: &str) -> Answer {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, result_file) = (folder.path().join("market.json"), folder.path().join("result.json"));
    fs::write(&file, market).expect("written");
    fs::write(&result_file, result).expect("written");
    program().arg("verify").args([&file, &result_file]).output().expect("run").into()
}

/// `deren-market` with these arguments and this standard input.
pub fn with_input(arguments: &[&str], input: &str) -> Answer {
    let mut child = program()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // A program that refuses its arguments does not read: then this fails, and the answer says why.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("ended").into()
}
