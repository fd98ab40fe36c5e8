//! What happens, one line each, on stderr. systemd's journal knows the time and keeps levels. There a line begins with
//! its level as `<N>` (`sd-daemon(3)`) and has no time; elsewhere it has one. Never with colours.

use std::{fmt, os::unix::fs::MetadataExt};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    reload::{self, Handle},
    util::SubscriberInitExt,
};

/// Changes what is logged.
pub struct Log(Handle<EnvFilter, Registry>);

/// Logs to stderr by `filter` from now on.
///
/// # Errors
/// What is wrong with the filter, or that this process logs already.
pub fn start(filter: &str) -> Result<Log, String> {
    let (by, handle) = reload::Layer::new(parsed(filter)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let lines = if is_journal() { lines.event_format(Journal).boxed() } else { lines.boxed() };
    tracing_subscriber::registry().with(by).with(lines).try_init().map_err(|error| error.to_string())?;
    Ok(Log(handle))
}

impl Log {
    /// Logs by `filter` from now on.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn change(&self, filter: &str) -> Result<(), String> {
        self.0.reload(parsed(filter)?).map_err(|error| error.to_string())
    }
}

fn parsed(filter: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(filter).map_err(|error| format!("`{filter}`: {error}"))
}

/// True if stderr goes straight to the journal: then `JOURNAL_STREAM` names its device and inode.
fn is_journal() -> bool {
    let stderr = std::fs::metadata("/proc/self/fd/2").map(|stderr| format!("{}:{}", stderr.dev(), stderr.ino()));
    matches!((std::env::var("JOURNAL_STREAM"), stderr), (Ok(named), Ok(stderr)) if named == stderr)
}

/// One line for the journal.
struct Journal;

impl<S, N> FormatEvent<S, N> for Journal
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::new();
        context.field_format().format_fields(Writer::new(&mut line), event)?;
        write!(writer, "<{}>", priority(*event.metadata().level()))?;
        // A second line would be an entry of its own, without a level.
        writeln!(writer, "{}", line.replace('\n', "; "))
    }
}

/// syslog's number of a level: error, warning, info, debug.
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_for_the_journal_has_its_level_and_no_time() {
        let written = Written::default();
        let to = written.clone();
        let lines = tracing_subscriber::fmt::layer().event_format(Journal).with_ansi(false);
        let subscriber = tracing_subscriber::registry().with(lines.with_writer(move || to.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(about = "roof", "no answer\nat all");
            tracing::info!(readings = 3, "stored");
            tracing::error!("lost");
        });
        let bytes = written.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text, "<4>no answer; at all about=\"roof\"\n<6>stored readings=3\n<3>lost\n");
    }

    #[test]
    fn a_bad_filter_is_refused() {
        assert!(parsed("info,deren_gateway=loud").is_err());
        assert!(parsed("warn,deren_gateway=debug").is_ok());
    }
}
