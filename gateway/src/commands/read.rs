//! `read` and `discover`: devices as they show themselves now, one JSON object a line. Nothing is written to them.

use super::print_line;
use deren_gateway::settings::templates_of;
use deren_meters::{
    DeviceUri, Library,
    discover::{Event, nearby},
};
use std::{io::IsTerminal, path::Path, process::ExitCode, sync::Arc};

pub(crate) async fn read(uri: &str, templates_folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let uri: DeviceUri = uri.parse()?;
    let templates = templates(templates_folder)?;
    print_line(&deren_meters::read_with(&uri, &templates).await?)?;
    Ok(ExitCode::SUCCESS)
}

/// All templates; what is wrong with one is told, and the others are as good as ever.
fn templates(folder: Option<&Path>) -> anyhow::Result<Arc<Library>> {
    let (templates, broken) = templates_of(folder)?;
    for error in broken {
        eprintln!("{error}");
    }
    Ok(templates)
}

/// Looks at `target`; without one, at everything nearby: the local networks, serial ports, what announces itself, and
/// brokers.
pub(crate) async fn discover(target: Option<&str>, templates_folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let templates = templates(templates_folder)?;
    let targets = match target {
        Some(target) => vec![target.parse()?],
        None => nearby()?,
    };
    let on_terminal = std::io::stderr().is_terminal();
    let tell = |event: Event| match event {
        Event::Found(record) => {
            if let Err(error) = print_line(&record) {
                eprintln!("{error}");
            }
        }
        Event::Trouble(error) => eprintln!("{error}"),
        Event::Progress { done, total } if done == total => eprintln!("{total} places looked at"),
        Event::Progress { done, total } if on_terminal => eprint!("{done} of {total}\r"),
        Event::Progress { .. } => {}
    };
    for target in targets {
        eprintln!("looking at {target}");
        deren_meters::discover::discover(&target, &templates, &tell).await?;
    }
    Ok(ExitCode::SUCCESS)
}
