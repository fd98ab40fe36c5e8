//! The dashboards' own program as a process.

use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;
use url::Url;

/// `deren-dashboards` with settings of its own.
pub struct Program {
    folder: TempDir,
    process: Option<Child>,
}

impl Program {
    pub fn new(database: &PgConnectOptions, node: &Url) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = format!(
            "listen = \"127.0.0.1:0\"\ndatabase_url = \"{}\"\nnode_url = \"{node}\"\n",
            database.to_url_lossy()
        );
        std::fs::write(folder.path().join("dashboards.toml"), settings).expect("written");
        Self { folder, process: None }
    }

    /// Adds a line to its settings.
    pub fn add_setting(&self, line: &str) {
        let file = self.folder.path().join("dashboards.toml");
        let settings = std::fs::read_to_string(&file).expect("read");
        std::fs::write(&file, format!("{settings}{line}\n")).expect("written");
    }

    fn command(&self, command: &[&str]) -> Command {
        let mut program = Command::new("setpriv");
        program.arg("--pdeathsig=KILL").arg("--").arg(env!("CARGO_BIN_EXE_deren-dashboards")).args(command);
        program.arg("--config").arg(self.folder.path().join("dashboards.toml")).stdin(Stdio::null());
        program
    }

    /// Starts `run`, and waits for the line that says where it serves.
    pub fn start(&mut self) -> String {
        self.kill();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log"));
        let mut process =
            self.command(&["run"]).stdout(Stdio::piped()).stderr(log.expect("a log")).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        self.process = Some(process);
        let line: serde_json::Value = serde_json::from_str(&line).expect("one JSON line");
        line["listening"].as_str().expect("an address").to_owned()
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Runs another command to its end.
    pub fn output(&self, command: &str) -> Output {
        self.output_of(&[command])
    }

    /// The same with arguments.
    pub fn output_of(&self, command: &[&str]) -> Output {
        self.command(command).output().expect("it starts")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
