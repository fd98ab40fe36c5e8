//! Exports through the running gateway: the outbox belongs to one process, so another one asks it. The socket lies in
//! the data folder and is its owner's alone, like everything there: who may read the readings may ask for them.
//!
//! One line of JSON asks; the file is the answer, or a line with an error in its place. One export at a time.

use super::export::{Exporter, Request, unwritten};
use crate::error::GatewayError;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

const FILE: &str = "export.sock";
/// Nobody may hold up others for longer by not reading, or by not asking.
const PATIENCE: Duration = Duration::from_secs(20);
const MAX_REQUEST_BYTES: u64 = 1024;
/// No line of a file is longer.
const MAX_LINE_BYTES: u64 = 1024 * 1024;
const ERROR_PREFIX: &[u8] = b"{\"error\":";

#[derive(Serialize, Deserialize)]
struct Trouble {
    error: String,
}

fn path_in(data_folder: &Path) -> PathBuf {
    data_folder.join(FILE)
}

/// Answers until the exporter's shutdown. Without a socket the gateway goes on; only exports have to wait for its end.
///
/// # Errors
/// None so far.
pub async fn serve(exporter: Exporter) -> Result<(), GatewayError> {
    let path = path_in(&exporter.data_folder);
    let shutdown = exporter.shutdown.clone();
    match bind(&path) {
        Ok(listener) => answer_all(listener, Arc::new(exporter), &shutdown).await,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "no socket: nothing can be exported while the gateway runs");
            shutdown.cancelled().await;
        }
    }
    // A socket that is gone already is as good.
    let _ = fs::remove_file(&path);
    Ok(())
}

/// Only the process that has the outbox open gets here, so a socket that is there belongs to nobody.
fn bind(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn answer_all(listener: UnixListener, exporter: Arc<Exporter>, shutdown: &CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted.and_then(|(stream, _)| stream.into_std()) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "an export could not begin");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let exporter = exporter.clone();
        // The next one waits in the socket's queue.
        let answered = tokio::task::spawn_blocking(move || answer(&exporter, &stream)).await;
        match answered {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "an export broke off"),
            Err(error) => tracing::error!(%error, "an export broke off"),
        }
    }
}

fn answer(exporter: &Exporter, stream: &UnixStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = Vec::new();
    BufReader::new(stream.take(MAX_REQUEST_BYTES)).read_until(b'\n', &mut line)?;
    let mut out = BufWriter::new(stream);
    let written = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => exporter.write(request, &mut out).map_err(|error| match error {
            // Who asks says already that it is an export.
            GatewayError::Export { reason } => reason,
            other => other.to_string(),
        }),
        Err(error) => Err(format!("what is asked for cannot be understood: {error}")),
    };
    if let Err(error) = written {
        tracing::warn!(%error, "cannot export");
        serde_json::to_writer(&mut out, &Trouble { error })?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Asks the gateway that runs on `data_folder` for a file, and writes it to `out`. False if none runs there.
///
/// # Errors
/// [`GatewayError::Export`] with what the gateway says, or if it breaks off or `out` fails.
pub fn ask(data_folder: &Path, request: Request, out: &mut dyn Write) -> Result<bool, GatewayError> {
    let path = path_in(data_folder);
    let broke_off = |error: io::Error| GatewayError::Export { reason: format!("{}: {error}", path.display()) };
    let stream = match UnixStream::connect(&path) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(false);
        }
        Err(error) => return Err(broke_off(error)),
    };
    stream.set_read_timeout(Some(PATIENCE * 3)).map_err(broke_off)?;
    let mut asked = serde_json::to_vec(&request).map_err(|error| broke_off(error.into()))?;
    asked.push(b'\n');
    (&stream).write_all(&asked).map_err(broke_off)?;
    let mut answer = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut answer).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).map_err(broke_off)?;
        if line.is_empty() {
            return Ok(true);
        }
        if line.starts_with(ERROR_PREFIX) {
            let said = serde_json::from_slice::<Trouble>(&line).map(|trouble| trouble.error);
            return Err(GatewayError::Export { reason: said.unwrap_or_else(|error| error.to_string()) });
        }
        out.write_all(&line).map_err(unwritten)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{os::unix::net::UnixListener, thread};

    #[test]
    fn a_full_disk_is_told_from_a_gateway_that_breaks_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(path_in(folder.path())).expect("a socket");
        let gateway = thread::spawn(move || {
            for _ in 0..2 {
                let (stream, _) = listener.accept().expect("asked");
                let mut asked = String::new();
                BufReader::new(&stream).read_line(&mut asked).expect("a request");
                let _ = (&stream).write_all(b"a line\n");
            }
        });
        let request = Request { from_unix_s: 0, to_unix_s: 1 };
        let mut full = fs::OpenOptions::new().write(true).open("/dev/full").expect("it is always full");
        let error = ask(folder.path(), request, &mut full).expect_err("nothing can be written").to_string();
        assert!(error.starts_with("cannot export: the file cannot be written: No space left"), "{error}");
        let mut file = Vec::new();
        assert!(matches!(ask(folder.path(), request, &mut file), Ok(true)));
        assert_eq!(file, b"a line\n");
        gateway.join().expect("it answered");
    }
}
