//! `export`: the signed readings of a time as a file that anyone can check. A gateway that runs is asked for it;
//! otherwise the outbox is read directly. Makes and changes nothing but the file.

use super::print_line;
use anyhow::{Context, bail};
use deren_gateway::{
    outbox::Outbox,
    proof::{self, ExportRequest, Exporter, Failure},
    settings::Settings,
    signer::Signer,
};
use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, RwLock},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Exit code 1 if the file is written and something in it does not hold; what that is goes to stderr.
pub(crate) fn export(config: &Path, from: &str, to: &str, output: Option<&Path>) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    let time = |name: &str, text: &str| proof::parse_time(text).map_err(|why| anyhow::anyhow!("--{name} is {why}"));
    let request = ExportRequest { from_unix_s: time("from", from)?, to_unix_s: time("to", to)? };
    if request.from_unix_s >= request.to_unix_s {
        bail!("--from is {from}, which is not before --to {to}");
    }
    let Some(output) = output else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        write(settings, request, &mut out)?;
        out.flush().context("standard output cannot be written")?;
        return Ok(ExitCode::SUCCESS);
    };
    // Whole or not there: the name that was asked for is never a part of a file.
    let part = Part::beside(output);
    let named = || format!("{}", part.0.display());
    let mut out = BufWriter::new(File::create_new(&part.0).with_context(named)?);
    write(settings, request, &mut out)?;
    out.flush().with_context(named)?;
    out.get_ref().sync_all().with_context(named)?;
    let checked = check(&part.0)?;
    fs::rename(&part.0, output).with_context(|| format!("{}", output.display()))?;
    match checked {
        Ok(summary) => {
            print_line(&summary)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("{}: written as this gateway has it, but {fault}", output.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn write(settings: Settings, request: ExportRequest, out: &mut dyn Write) -> anyhow::Result<()> {
    if proof::ask(&settings.data_folder, request, out)? {
        return Ok(());
    }
    if !Outbox::exists(&settings.data_folder) {
        bail!("{}: no gateway has run here yet: correct data_folder", settings.data_folder.display());
    }
    let exporter = Exporter {
        signer: Arc::new(RwLock::new(Signer::open(&settings.key, &settings.data_folder)?)),
        outbox: Arc::new(Outbox::open(&settings.data_folder, settings.outbox)?),
        data_folder: settings.data_folder,
        devices: watch::Sender::new(settings.devices).subscribe(),
        shutdown: CancellationToken::new(),
    };
    Ok(exporter.write(request, out)?)
}

/// Checks the file as others will; its own keys are the gateway's.
fn check(path: &Path) -> anyhow::Result<Result<proof::Summary, Failure>> {
    let open = || File::open(path).map(BufReader::new).with_context(|| format!("{}", path.display()));
    let keys = proof::keys_of(open()?)?;
    Ok(proof::verify(open()?, &keys))
}

/// A file that goes away unless it gets its name.
struct Part(PathBuf);

impl Part {
    fn beside(output: &Path) -> Self {
        let mut name = output.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Self(name.into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After the renaming it is gone.
        let _ = fs::remove_file(&self.0);
    }
}
