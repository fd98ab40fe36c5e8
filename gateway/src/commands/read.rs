//! `read` and `discover`: devices as they show themselves now, one JSON object a line. Nothing is written to them.

use super::print_line;
use deren_meters::{
    DeviceUri, Library,
    discover::{Event, Target},
};
use std::process::ExitCode;

pub(crate) async fn read(uri: &str) -> anyhow::Result<ExitCode> {
    let uri: DeviceUri = uri.parse()?;
    print_line(&deren_meters::read(&uri).await?)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn discover(target: &str) -> anyhow::Result<ExitCode> {
    let target: Target = target.parse()?;
    let tell = |event: Event| match event {
        Event::Found(record) => {
            if let Err(error) = print_line(&record) {
                eprintln!("{error}");
            }
        }
        Event::Trouble(error) => eprintln!("{error}"),
        Event::Progress { done, total } if done == total => eprintln!("{total} places looked at"),
        Event::Progress { .. } => {}
    };
    deren_meters::discover::discover(&target, Library::builtin()?, &tell).await?;
    Ok(ExitCode::SUCCESS)
}
