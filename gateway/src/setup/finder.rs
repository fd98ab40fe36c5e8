//! Looks for devices when the owner asks, and keeps what was found fresh while the owner looks at it. It only reads.

use super::search::{Found, MAX_FOUND, MAX_TROUBLES, Part, Search};
use deren_meters::{
    DeviceUri, Library, MeterCode, MeterError,
    discover::{Event, Target, discover},
    read_with,
};
use futures::{StreamExt, stream};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// What was found is read again so often, and so many at the same time.
const REFRESH: Duration = Duration::from_secs(3);
const AT_ONCE: usize = 4;
/// So many places of a search are looked at at the same time.
const PARTS_AT_ONCE: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);
/// Nobody looks any more who has not looked for so long.
const LOOKED_AT: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
struct State {
    search: Search,
    cancelled: CancellationToken,
    looked_at: Option<Instant>,
    is_refreshing: bool,
    in_use: Vec<DeviceUri>,
    templates: Option<Arc<Library>>,
}

/// Looks for devices.
#[derive(Clone, Debug, Default)]
pub struct Finder(Arc<Mutex<State>>);

impl Finder {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a search at `targets`, and forgets what was found before. A search under way ends.
    pub fn begin(&self, targets: Vec<Target>) {
        let cancelled = CancellationToken::new();
        {
            let mut state = self.state();
            state.cancelled.cancel();
            state.cancelled = cancelled.clone();
            state.is_refreshing = false;
            let parts = targets.iter().map(Part::of).collect();
            state.search = Search { is_running: true, parts, ..Search::default() };
        }
        let this = self.clone();
        tokio::spawn(async move { this.search(targets, cancelled).await });
    }

    /// Ends a search; what was found stays.
    pub fn end(&self) {
        let mut state = self.state();
        state.cancelled.cancel();
        state.search.is_running = false;
        state.is_refreshing = false;
    }

    /// These are sampled by the gateway already: nobody else need read them.
    pub fn set_in_use(&self, devices: Vec<DeviceUri>) {
        self.state().in_use = devices;
    }

    /// From now on devices are known and read by these templates.
    pub fn set_templates(&self, templates: Arc<Library>) {
        self.state().templates = Some(templates);
    }

    /// The templates by which devices are known and read; those compiled in until others are set.
    ///
    /// # Errors
    /// [`MeterError::Template`] if one of those compiled in makes no sense, which tests exclude.
    pub fn templates(&self) -> Result<Arc<Library>, MeterError> {
        match &self.state().templates {
            Some(templates) => Ok(templates.clone()),
            None => Library::builtin().cloned().map(Arc::new),
        }
    }

    /// The search as it stands. While somebody looks, what was found is read again and again.
    pub fn look(&self) -> Search {
        let mut state = self.state();
        state.looked_at = Some(Instant::now());
        if !state.search.is_running && !state.is_refreshing && !state.search.found.is_empty() {
            state.cancelled = CancellationToken::new();
            state.is_refreshing = true;
            let (this, cancelled) = (self.clone(), state.cancelled.clone());
            tokio::spawn(async move {
                tokio::select! {
                    () = cancelled.cancelled() => {}
                    // Devices that answer do not wait for those that publish when they like.
                    () = this.refresh_while_looked_at(DeviceUri::is_published) => {}
                    () = this.refresh_while_looked_at(|uri| !uri.is_published()) => {}
                }
                let mut state = this.state();
                if !cancelled.is_cancelled() {
                    state.is_refreshing = false;
                }
            });
        }
        state.search.clone()
    }

    async fn search(&self, targets: Vec<Target>, cancelled: CancellationToken) {
        let look = |(part, target): (usize, Target)| {
            let cancelled = &cancelled;
            async move {
                if let Err(error) = self.look_at(part, &target, cancelled).await {
                    self.hear(part, Event::Trouble(error), cancelled);
                }
                self.change(cancelled, |search| {
                    if let Some(part) = search.parts.get_mut(part) {
                        (part.done, part.is_done) = (part.total, true);
                    }
                });
            }
        };
        tokio::select! {
            () = cancelled.cancelled() => {}
            () = stream::iter(targets.into_iter().enumerate()).for_each_concurrent(PARTS_AT_ONCE, look) => {}
        }
        self.change(&cancelled, |search| search.is_running = false);
    }

    async fn look_at(&self, part: usize, target: &Target, cancelled: &CancellationToken) -> Result<(), MeterError> {
        let tell = |event: Event| self.hear(part, event, cancelled);
        let templates = self.templates()?;
        discover(target, &templates, &tell).await.map(drop)
    }

    /// Changes the search, unless another one has begun.
    fn change(&self, cancelled: &CancellationToken, change: impl FnOnce(&mut Search)) {
        let mut state = self.state();
        if !cancelled.is_cancelled() {
            change(&mut state.search);
        }
    }

    fn hear(&self, part: usize, event: Event, cancelled: &CancellationToken) {
        let Ok(templates) = self.templates() else { return };
        self.change(cancelled, |search| match event {
            Event::Found(record) => {
                let is_new = search.found.iter().all(|found| found.record.uri != record.uri);
                if is_new && search.found.len() < MAX_FOUND {
                    search.found.push(Found::new(record, &templates));
                }
            }
            Event::Trouble(error) if search.troubles.len() < MAX_TROUBLES => search.note((&error).into()),
            Event::Trouble(_) => {}
            Event::Progress { done, total } => {
                if let Some(part) = search.parts.get_mut(part) {
                    (part.done, part.total) = (part.done.max(done).min(total), total);
                }
            }
        });
    }

    /// Reads those again and again; ends when nobody looks any more.
    async fn refresh_while_looked_at(&self, these: impl Fn(&DeviceUri) -> bool) {
        loop {
            tokio::time::sleep(REFRESH).await;
            let to_read: Vec<DeviceUri> = {
                let state = self.state();
                if state.looked_at.is_none_or(|at| at.elapsed() > LOOKED_AT) {
                    return;
                }
                let uris = state.search.found.iter().map(|found| &found.record.uri);
                uris.filter(|uri| these(uri) && !state.in_use.contains(uri)).cloned().collect()
            };
            let Ok(templates) = self.templates() else { return };
            stream::iter(to_read)
                .map(|uri| {
                    let templates = &templates;
                    async move {
                        let read = tokio::time::timeout(PATIENCE, read_with(&uri, templates)).await;
                        (uri, read)
                    }
                })
                .buffer_unordered(AT_ONCE)
                .for_each(async |(uri, read)| {
                    let mut state = self.state();
                    let Some(found) = state.search.found.iter_mut().find(|found| found.record.uri == uri) else {
                        return;
                    };
                    match read {
                        Ok(Ok(record)) => *found = Found::new(record, &templates),
                        // What publishes seldom need not have published meanwhile.
                        Err(_) if uri.is_published() => {}
                        Ok(Err(error)) => found.fail((&error).into()),
                        Err(_) => found.fail((MeterCode::NoAnswer, "it gave no answer in time").into()),
                    }
                })
                .await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_meters::Template;
    use deren_primitives::DeviceRole;
    use deren_simulator::{Simulator, SimulatorConfig};

    async fn home() -> Simulator {
        let wires = r#"
            [[homes.modbus]]
            [[homes.modbus.sunspec]]
            devices = [{ role = "production", model = 103 }, { role = "grid", model = 203 }]
        "#;
        Simulator::start(&SimulatorConfig::sunny_home(wires).expect("a home")).await.expect("serves")
    }

    fn place(simulator: &Simulator) -> Target {
        let uri = simulator.serving().homes[0].devices[0].uri.to_string();
        uri.split("//").nth(1).and_then(|rest| rest.split('?').next()).expect("a place").parse().expect("a target")
    }

    async fn until(finder: &Finder, what: &str, condition: impl Fn(&Search) -> bool) -> Search {
        for _ in 0..1_000 {
            let search = finder.look();
            if condition(&search) {
                return search;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("in vain: {what}: {:?}", finder.look());
    }

    #[tokio::test]
    async fn it_finds_what_a_home_has_and_shows_its_power_live() {
        let simulator = home().await;
        let finder = Finder::default();
        finder.begin(vec![place(&simulator)]);
        let search = until(&finder, "the search ends", |search| !search.is_running).await;
        let roles: Vec<_> = search.found.iter().map(|found| (found.what, found.role)).collect();
        let expected = [("Solar inverter", DeviceRole::Production), ("Electricity meter", DeviceRole::Grid)];
        assert_eq!(roles, expected, "{search:?}");
        let Part { done, total, is_done, .. } = search.parts[0];
        assert_eq!((done, total, is_done), (1, 1, true));
        let first = search.found[0].read_unix_ms;
        until(&finder, "it is read again", |search| search.found[0].read_unix_ms > first).await;
    }

    #[tokio::test]
    async fn a_device_is_known_and_read_again_by_the_owners_own_template() {
        let wires = r#"
            [[homes.modbus]]
            [[homes.modbus.meters]]
            role = "grid"
            template = "eastron-sdm630"
        "#;
        let config = SimulatorConfig::sunny_home(wires).expect("a home");
        let simulator = Simulator::start(&config).await.expect("serves");
        let template = include_str!("../../../meters/templates/eastron-sdm630.toml").replace("Eastron", "Westron");
        let mut templates = Library::default();
        templates.insert("my-meter", Template::from_toml("my-meter", &template).expect("a template"));
        let finder = Finder::default();
        finder.set_templates(Arc::new(templates));
        finder.begin(vec![place(&simulator)]);
        let search = until(&finder, "the search ends", |search| !search.is_running).await;
        let found = &search.found[0];
        assert_eq!((found.record.driver.as_str(), found.record.vendor.as_str()), ("my-meter", "Westron"));
        let first = found.read_unix_ms;
        until(&finder, "it is read again", |search| search.found[0].read_unix_ms > first).await;
    }

    #[tokio::test]
    async fn several_places_are_looked_at_and_each_tells_how_far_it_is() {
        let simulator = home().await;
        let finder = Finder::default();
        finder.begin(vec!["127.99.0.0/30".parse().expect("a network"), place(&simulator)]);
        let search = until(&finder, "the search ends", |search| !search.is_running).await;
        let parts: Vec<_> = search.parts.iter().map(|part| (part.done, part.total, part.is_done)).collect();
        assert_eq!((parts, search.found.len()), (vec![(6, 6, true), (1, 1, true)], 2), "{search:?}");
    }

    #[tokio::test]
    async fn who_sits_at_the_address_and_does_not_answer_is_named() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let finder = Finder::default();
        finder.begin(vec![format!("127.0.0.1:{port}").parse().expect("a target")]);
        let search = until(&finder, "the search ends", |search| !search.is_running).await;
        assert!(search.found.is_empty() && search.troubles[0].contains("cannot connect"), "{search:?}");
        assert_eq!(search.trouble_codes, [MeterCode::ConnectRefused.into()]);
    }

    #[tokio::test]
    async fn a_search_that_is_ended_stays_ended() {
        let finder = Finder::default();
        finder.begin(vec!["127.99.0.0/24".parse().expect("a target")]);
        finder.end();
        assert!(!finder.look().is_running);
        tokio::task::yield_now().await;
        assert!(!finder.look().is_running && finder.look().found.is_empty());
    }
}
