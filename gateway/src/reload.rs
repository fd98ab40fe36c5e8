//! Reads the configuration again when asked to, by SIGHUP or by the page, and lets the running parts follow. A file
//! with mistakes changes nothing: each is named, and everything goes on as before.

use crate::{
    board::Board,
    codes::GatewayCode,
    error::GatewayError,
    page::SetupSettings,
    settings::{DeviceSettings, HomeAssistantSettings, Settings},
    setup::Setup,
};
use deren_config::Mistake;
use deren_meters::Library;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// How troubles with it are called on the board.
pub(crate) const ABOUT: &str = "configuration";

/// How a running gateway reads its configuration again.
pub struct Reload {
    /// The configuration.
    pub file: PathBuf,
    /// Notified when it is to be read again.
    pub asked: Arc<Notify>,
    /// Changes what is logged.
    pub log_by: LogBy,
}

/// Changes what is logged, or says what is wrong with the filter.
pub type LogBy = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// What follows a changed configuration at once.
pub(crate) struct Followers {
    pub(crate) devices: watch::Sender<Vec<DeviceSettings>>,
    pub(crate) templates: watch::Sender<Arc<Library>>,
    pub(crate) home_assistant: watch::Sender<Option<HomeAssistantSettings>>,
    pub(crate) setup_settings: watch::Sender<SetupSettings>,
    pub(crate) setup: Arc<Setup>,
}

impl Followers {
    /// Who follows, with what these settings say at the start.
    pub(crate) fn new(settings: &Settings, setup: Arc<Setup>) -> Self {
        setup.finder.set_templates(settings.templates.clone());
        Self {
            devices: watch::Sender::new(settings.devices.clone()),
            templates: watch::Sender::new(settings.templates.clone()),
            home_assistant: watch::Sender::new(settings.home_assistant.clone()),
            setup_settings: watch::Sender::new(SetupSettings::of(settings)),
            setup,
        }
    }
}

impl Reload {
    /// Reloads whenever asked, until `shutdown`.
    pub(crate) async fn run(
        self,
        mut settings: Settings,
        followers: Followers,
        board: Arc<Board>,
        shutdown: CancellationToken,
    ) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.asked.notified() => {}
            }
            match Settings::load(&self.file) {
                // Otherwise a device that works now would stop being read.
                Ok(new) if !new.has_all_templates() => refuse(&board, &new.complaints),
                Ok(new) => {
                    for complaint in &new.complaints {
                        board.trouble(ABOUT, (GatewayCode::BadConfiguration, complaint.to_string()));
                    }
                    self.follow(&settings, &new, &followers, &board);
                    // What takes a restart stays what it is, so that it is named at the next reload too.
                    settings = following(&settings, &new);
                    tracing::info!(devices = settings.devices.len(), "configuration read again");
                }
                Err(GatewayError::Settings { mistakes }) => refuse(&board, &mistakes),
                Err(error) => {
                    board.trouble(ABOUT, (error.code(), format!("not taken over, the old one goes on: {error}")));
                }
            }
        }
    }

    fn follow(&self, old: &Settings, new: &Settings, followers: &Followers, board: &Board) {
        if old.log != new.log
            && let Err(reason) = (self.log_by)(&new.log)
        {
            board.trouble(ABOUT, (GatewayCode::BadConfiguration, format!("`log`: {reason}")));
        }
        followers.setup.finder.set_templates(new.templates.clone());
        followers.templates.send_if_modified(|known| {
            let changed = *known != new.templates;
            known.clone_from(&new.templates);
            changed
        });
        let replace = |devices: &mut Vec<DeviceSettings>| {
            let changed = *devices != new.devices;
            devices.clone_from(&new.devices);
            changed
        };
        followers.devices.send_if_modified(replace);
        followers.home_assistant.send_if_modified(|known| {
            let changed = *known != new.home_assistant;
            known.clone_from(&new.home_assistant);
            changed
        });
        followers.setup_settings.send_replace(SetupSettings::of(new));
        let waits = needs_restart(old, new);
        if !waits.is_empty() {
            let keys = waits.join(", ");
            let what = format!("changed, but taken over only by a restart of the gateway: {keys}");
            board.trouble(ABOUT, (GatewayCode::RestartNeeded, what));
        }
    }
}

/// Names each reason for which nothing changes.
fn refuse(board: &Board, mistakes: &[Mistake]) {
    for mistake in mistakes {
        let what = format!("not taken over, the old one goes on: {mistake}");
        board.trouble(ABOUT, (GatewayCode::BadConfiguration, what));
    }
}

/// The old settings with what is followed of the new ones.
fn following(old: &Settings, new: &Settings) -> Settings {
    Settings {
        devices: new.devices.clone(),
        devices_are_picked: new.devices_are_picked,
        templates_folder: new.templates_folder.clone(),
        templates: new.templates.clone(),
        complaints: new.complaints.clone(),
        sample_interval: new.sample_interval,
        home_name: new.home_name.clone(),
        dashboard_url: new.dashboard_url.clone(),
        home_assistant: new.home_assistant.clone(),
        log: new.log.clone(),
        ..old.clone()
    }
}

/// The keys that changed and cannot be followed while running.
fn needs_restart(old: &Settings, new: &Settings) -> Vec<&'static str> {
    let followed = following(old, new);
    let named = [
        ("data_folder", old.data_folder != new.data_folder),
        ("key", old.key != new.key),
        ("announce_to", old.announce_to != new.announce_to),
        ("node_urls", old.node_urls != new.node_urls),
        ("page_listen", old.page_listen != new.page_listen),
        ("reset_confirmations", old.reset_confirmations != new.reset_confirmations),
        ("boundary_wait_ms", old.boundary_wait != new.boundary_wait),
        ("outbox_max_days", old.outbox.max_days != new.outbox.max_days),
        ("outbox_max_mb", old.outbox.max_mb != new.outbox.max_mb),
        ("archive_days", old.outbox.archive_days != new.outbox.archive_days),
        ("archive_max_mb", old.outbox.archive_max_mb != new.outbox.archive_max_mb),
        ("checkpoint_interval_s", old.checkpoint_interval != new.checkpoint_interval),
        ("clock_trusted", old.clock_trusted != new.clock_trusted),
        ("max_clock_error_ms", old.max_clock_error != new.max_clock_error),
    ];
    let keys: Vec<&str> = named.iter().filter(|(_, changed)| *changed).map(|(key, _)| *key).collect();
    if keys.is_empty() && followed != *new { vec!["another key"] } else { keys }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const GOOD: &str = "node_urls = [\"ws://127.0.0.1:1\"]\n";

    fn settings(text: &str) -> Settings {
        Settings::parse(Path::new("/gateway.toml"), text, std::iter::empty()).expect("good")
    }

    #[test]
    fn what_only_a_restart_takes_over_is_named() {
        let old = settings(GOOD);
        assert_eq!(needs_restart(&old, &settings(&format!("{GOOD}log = \"debug\""))), Vec::<&str>::new());
        let device = "[[device]]\nname = \"a\"\nuri = \"sunspec+tcp://127.0.0.1:9\"\nrole = \"grid\"";
        assert_eq!(needs_restart(&old, &settings(&format!("{GOOD}{device}"))), Vec::<&str>::new());
        let new = settings("node_urls = [\"ws://127.0.0.1:2\"]\noutbox_max_mb = 7\n");
        assert_eq!(needs_restart(&old, &new), ["node_urls", "outbox_max_mb"]);
    }
}
