//! `deren-market`: clears a market file, or checks the result of a clearing. It only reads files and prints.
//!
//! Exit codes, with one line on stderr unless it is 0:
//! - 0: done, or the result is right.
//! - 1: the result is wrong; the line is the first violation.
//! - 2: bad input; the line says what and where.

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use deren_market::{Outcome, Violation, clear, file::Market, verify};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// More than the largest market file that can be cleared.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Clears markets of local energy, and checks clearings of others.
#[derive(Parser)]
#[command(version, after_help = "Exit codes: 0, done or right; 1, the result is wrong; 2, bad input.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the result of clearing a market file, as JSON.
    Clear {
        /// The market file; `-` is standard input.
        file: PathBuf,
    },
    /// Check that a result is the one of this market file; prints nothing if it is, else the first violation.
    Verify {
        /// The market file; `-` is standard input.
        file: PathBuf,
        /// The result; `-` is standard input.
        result: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(violation)) => {
            eprintln!("{violation}");
            ExitCode::from(1)
        }
        Err(error) => {
            // A name of a field or file may contain anything; the answer stays one line.
            eprintln!("{}", format!("{error:#}").replace(char::is_control, " "));
            ExitCode::from(2)
        }
    }
}

/// Does what is asked; a result that is wrong is an answer, not an error.
fn run(command: Command) -> anyhow::Result<Option<Violation>> {
    match command {
        Command::Clear { file } => {
            let market = read_market(&file)?;
            let outcome = clear(&market.network, &market.steps).with_context(|| name(&file))?;
            writeln!(io::stdout().lock(), "{}", outcome.to_json()?).context("cannot write to standard output")?;
            Ok(None)
        }
        Command::Verify { file, result } => {
            if is_stdin(&file) && is_stdin(&result) {
                bail!("standard input can be the market file or the result, not both");
            }
            let market = read_market(&file)?;
            let outcome = Outcome::from_json(&read(&result)?).with_context(|| name(&result))?;
            Ok(verify(&market.network, &market.steps, &outcome).err())
        }
    }
}

fn read_market(path: &Path) -> anyhow::Result<Market> {
    Market::from_json(&read(path)?).with_context(|| name(path))
}

/// All of a file, unless it is too large for any market.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE_BYTES + 1;
    let read = if is_stdin(path) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{}: cannot be read", name(path)))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("{}: larger than {MAX_FILE_BYTES} bytes, no market is", name(path));
    }
    Ok(bytes)
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}
