//! The demo: a neighbourhood trades, live in the terminal. And the bench: how much a node takes.
//!
//! Programs read standard output: with `--until-settled` and in the bench it carries JSON lines only, and what is
//! for people goes to standard error.

mod adversary;
mod bench;
mod demo;
mod load;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// What a shell expects of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Starts a whole neighbourhood of real processes on this machine and shows how it trades.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: demo::DemoOptions,
}

#[derive(Subcommand)]
enum Command {
    /// Twelve homes trade until Ctrl-C. The same as without a command.
    Demo(demo::DemoOptions),
    /// Measures what one node takes: readings per second, and the way from a slot's end to finality.
    Bench(bench::BenchOptions),
    /// Measures what one node takes with very many homes in its state.
    Load(load::LoadOptions),
    /// Measures the milliseconds from a block to the open page, in a real browser.
    BenchPages,
    /// Does its worst to a development chain on this machine, until it is ended; for tests.
    Adversary(adversary::AdversaryOptions),
}

impl Arguments {
    /// False for the demo that goes on until Ctrl-C: that is then no failure.
    fn ends_by_itself(&self) -> bool {
        match &self.command {
            None => self.demo.ends_by_itself(),
            Some(Command::Demo(demo)) => demo.ends_by_itself(),
            Some(Command::Bench(_) | Command::Load(_) | Command::BenchPages | Command::Adversary(_)) => true,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ends_by_itself = arguments.ends_by_itself();
    let work = async {
        match arguments.command {
            Some(Command::Demo(demo)) => demo::run(demo).await,
            Some(Command::Bench(bench)) => bench::run(bench).await,
            Some(Command::BenchPages) => Box::pin(bench::run_pages()).await,
            Some(Command::Load(options)) => Box::pin(load::run(options)).await,
            Some(Command::Adversary(options)) => Box::pin(adversary::run(options)).await,
            None => demo::run(arguments.demo).await,
        }
    };
    // What is dropped when a signal comes stops every process that it started.
    let ended = tokio::select! {
        done = work => Some(done),
        () = interrupted() => None,
    };
    match ended {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => {
            eprintln!("\nderen-neighbourhood: {error:#}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("\nstopped");
            if ends_by_itself { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS }
        }
    }
}

/// Ctrl-C, or a polite kill, or the terminal is closed.
async fn interrupted() {
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(error) => {
                eprintln!("deren-neighbourhood: cannot listen for signals: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_demo_needs_no_command() {
        let short = Arguments::try_parse_from(["x", "--until-settled", "3"]).expect("good");
        assert!(short.command.is_none());
        let long = Arguments::try_parse_from(["x", "demo", "--until-settled", "3"]).expect("good");
        assert!(matches!(long.command, Some(Command::Demo(_))));
        assert!(Arguments::try_parse_from(["x", "--until-settled", "0"]).is_err());
    }
}
