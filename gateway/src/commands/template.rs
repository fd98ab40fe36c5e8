//! `template`: device templates, for people who bring their own. `list` and `test` print one JSON object a line.
//! Nothing is written to a device.

use super::print_line;
use clap::Subcommand;
use deren_meters::{
    DeviceUri, Library, Origin, Readout, Record, Template as DeviceTemplate, template::registers::Production,
};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(Subcommand)]
pub(crate) enum Template {
    /// Print the templates that are built in, and those of a folder
    List {
        /// Folder with files of your own; one named like a built-in template replaces it
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// Say what is wrong with a file, and in which line
    Check {
        /// The template, a TOML file
        file: PathBuf,
    },
    /// Read a device with a file, and print what it says beside what the file's fixture says
    Test {
        /// The template, a TOML file
        file: PathBuf,
        /// Such as modbus+tcp://192.168.1.20:502?unit=1; it needs no template of its own
        uri: String,
    },
}

pub(crate) async fn run(command: Template) -> anyhow::Result<ExitCode> {
    match command {
        Template::List { folder } => list(folder.as_deref()),
        Template::Check { file } => check(&file),
        Template::Test { file, uri } => test(&file, &uri).await,
    }
}

/// One template as `list` prints it.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    kind: &'static str,
    vendor: &'a str,
    model: &'a str,
    /// Other products that it reads.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
    built_in: bool,
    /// Whether its fixture was recorded from a device, is an example of its source, or was composed by what that says.
    fixture: Origin,
    /// What the counter of a device that may stand for production counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    production: Option<Production>,
}

/// Exit code 1 if a file of the folder makes no sense; it is named, and the others are listed.
fn list(folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    let built_in = Library::builtin()?;
    let own = folder.map(Library::with_folder).transpose()?;
    let all = own.as_ref().unwrap_or(built_in);
    for (name, template) in all.iter() {
        let (vendor, model) = template.product();
        let built_in = built_in.get(name).is_some_and(|known| known == template);
        let (kind, also, fixture, production) =
            (template.kind(), template.also(), template.origin(), template.production());
        print_line(&Listed { name, kind, vendor, model, also, built_in, fixture, production })?;
    }
    for error in all.broken() {
        eprintln!("{error}");
    }
    Ok(if all.broken().next().is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Exit code 0 if all is well, 1 if a template lacks what those that are built in have, or if a fixture reads otherwise
/// than it says. A template that makes no sense is an error, exit code 2.
fn check(file: &Path) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for (_, template) in DeviceTemplate::all_from_file(file)? {
        let (vendor, model) = template.product();
        if let Err(reason) = template.keeps_rules() {
            println!("{}: the template can be read, but {reason}", file.display());
            code = ExitCode::FAILURE;
        }
        match template.check_fixture() {
            Ok(()) => {
                println!("{}: the template is right, and so is its fixture: {vendor} {model}", file.display());
            }
            Err(reason) => {
                println!("{}: the template is right, but not its fixture: {reason}", file.display());
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// What `test` prints.
#[derive(Serialize)]
struct Tested<'a> {
    read: Record,
    fixture: &'a Readout,
}

async fn test(file: &Path, uri: &str) -> anyhow::Result<ExitCode> {
    let templates = DeviceTemplate::all_from_file(file)?;
    // Of several devices the URI may choose one; without its word it is the first.
    let asked = |name: &str| uri.contains(&format!("template={name}"));
    let name = templates.iter().map(|(name, _)| name).filter(|name| asked(name)).max_by_key(|name| name.len());
    let name = name.or(templates.first().map(|(name, _)| name)).cloned().unwrap_or_default();
    let uri = named(uri, &name)?;
    let mut library = Library::default();
    for (name, template) in templates {
        library.insert(&name, template);
    }
    let read = deren_meters::read_with(&uri, &library).await?;
    if let Some(template) = library.get(&name) {
        print_line(&Tested { read, fixture: template.fixture_expect() })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The device that `uri` names, with the template `name` whatever it says of one.
fn named(uri: &str, name: &str) -> anyhow::Result<DeviceUri> {
    let has_one = uri.split_once('?').is_some_and(|(_, rest)| rest.split('&').any(|one| one.starts_with("template=")));
    let separator = if uri.contains('?') { '&' } else { '?' };
    let text = if has_one { uri.to_owned() } else { format!("{uri}{separator}template={name}") };
    let uri: DeviceUri = text.parse()?;
    match uri.with_template(name) {
        Some(uri) => Ok(uri),
        None => anyhow::bail!("{uri} is read without a template; give a modbus or mqtt URI"),
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_file_is_the_template_whatever_the_uri_names() {
        for (given, expected) in [
            ("modbus+tcp://10.0.0.5", "modbus+tcp://10.0.0.5?template=mine&unit=1"),
            ("modbus+tcp://10.0.0.5?unit=3", "modbus+tcp://10.0.0.5?template=mine&unit=3"),
            ("modbus+tcp://10.0.0.5?template=other", "modbus+tcp://10.0.0.5?template=mine&unit=1"),
            ("mqtt://broker/meter", "mqtt://broker/meter?template=mine"),
        ] {
            assert_eq!(named(given, "mine").expect(given).to_string(), expected, "{given}");
        }
        assert!(named("sunspec+tcp://10.0.0.5", "mine").is_err());
        assert!(named("nonsense", "mine").is_err());
    }
}
