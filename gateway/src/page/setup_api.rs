//! What the owner does on the page after the PIN: look for devices, pick them, and get the code for the dashboard.

use super::{App, problem::Problem, session::Owner};
use crate::{
    clock::unix_ms,
    health::DeviceHealth,
    joined_chain::ChainView,
    settings::{DeviceSettings, Settings},
    setup::{Choice, Part, Pick, PickError, Search, Setup, account, code},
    signer::Signer,
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use deren_meters::{
    MeterError,
    discover::{Target, nearby},
    uri::Broker,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;
use url::Url;

/// Most places that may be typed for one search.
const MAX_TARGETS: usize = 8;

/// What the page changes things with.
pub struct SetupApi {
    /// PIN, search and picks.
    pub setup: Arc<Setup>,
    /// What signs link codes.
    pub signer: Arc<RwLock<Signer>>,
    /// The chain, once known.
    pub chain: watch::Receiver<Option<ChainView>>,
    /// What is known of the devices.
    pub health: watch::Receiver<Vec<DeviceHealth>>,
    /// The settings as they are now.
    pub settings: watch::Receiver<SetupSettings>,
}

/// What the page shows of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupSettings {
    /// How the owner calls the home.
    pub home_name: Option<String>,
    /// What is read.
    pub devices: Vec<DeviceSettings>,
    /// False if the configuration names the devices, so that the page cannot.
    pub devices_are_picked: bool,
    /// Where the dashboard is, if the configuration says it.
    pub dashboard_url: Option<Url>,
    /// The broker that Home Assistant reads, if the configuration says it.
    pub broker: Option<Broker>,
}

impl SetupSettings {
    /// What the page shows of these settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            home_name: settings.home_name.clone(),
            devices: settings.devices.clone(),
            devices_are_picked: settings.devices_are_picked,
            dashboard_url: settings.dashboard_url.clone(),
            broker: settings.home_assistant.as_ref().map(|home_assistant| home_assistant.broker.clone()),
        }
    }

    /// Where devices are looked for that nobody typed an address of.
    fn nearby(&self) -> Result<Vec<Target>, MeterError> {
        let mut targets = nearby()?;
        targets.extend(self.broker.clone().map(Target::Broker));
        Ok(targets)
    }
}

#[derive(Serialize)]
pub(super) struct Shown {
    home_name: Option<String>,
    /// True if the page may pick devices.
    may_pick: bool,
    picked: Vec<Shape>,
    /// Where a search looks for which no place is typed.
    nearby: Vec<Part>,
    search: Search,
    /// True once the chain is known, so that a code can be made.
    chain_known: bool,
    dashboard_url: Option<String>,
}

#[derive(Serialize)]
struct Shape {
    #[serde(flatten)]
    pick: Pick,
    is_rated: bool,
}

/// `GET /api/setup`: everything at one moment. While somebody asks, what was found is read again and again.
pub(super) async fn show(State(app): State<App>, _: Owner) -> Json<Shown> {
    let settings = app.setup_api.settings.borrow().clone();
    let picked = settings.devices.iter().map(|device| Shape {
        is_rated: device.rated_power_w.is_some(),
        pick: Pick {
            name: device.name.clone(),
            uri: device.uri.to_string(),
            role: device.role,
            rated_power_w: device.rated_power_w.unwrap_or(0),
        },
    });
    let finder = &app.setup_api.setup.finder;
    finder.set_in_use(settings.devices.iter().map(|device| device.uri.clone()).collect());
    Json(Shown {
        picked: picked.collect(),
        nearby: settings.nearby().unwrap_or_default().iter().map(Part::of).collect(),
        home_name: settings.home_name,
        may_pick: settings.devices_are_picked,
        search: finder.look(),
        chain_known: app.setup_api.chain.borrow().is_some(),
        dashboard_url: settings.dashboard_url.as_ref().map(Url::to_string),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Where {
    /// Hosts, subnets and whatever else can be searched, apart by blanks or commas; without it, everything nearby.
    place: Option<String>,
}

/// `POST /api/setup/search`: begins to look.
pub(super) async fn search(
    State(app): State<App>,
    _: Owner,
    body: Result<Json<Where>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(Where { place }) = read(body)?;
    let Some(place) = place else {
        let targets = app.setup_api.settings.borrow().nearby();
        app.setup_api.setup.finder.begin(targets.map_err(failed)?);
        return Ok(StatusCode::ACCEPTED);
    };
    let words: Vec<&str> = place.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > MAX_TARGETS {
        return Err(bad("Say where to look: an address such as 192.168.1.20, or a network such as 192.168.1.0/24."));
    }
    let targets = words.into_iter().map(str::parse).collect::<Result<Vec<Target>, _>>();
    app.setup_api.setup.finder.begin(targets.map_err(|error| bad(error.to_string()))?);
    Ok(StatusCode::ACCEPTED)
}

/// `DELETE /api/setup/search`: ends looking.
pub(super) async fn end_search(State(app): State<App>, _: Owner) -> StatusCode {
    app.setup_api.setup.finder.end();
    StatusCode::NO_CONTENT
}

/// `PUT /api/setup/home`: name and devices, all at once.
pub(super) async fn pick(
    State(app): State<App>,
    _: Owner,
    body: Result<Json<Choice>, JsonRejection>,
) -> Result<StatusCode, Problem> {
    let Json(choice) = read(body)?;
    if !app.setup_api.settings.borrow().devices_are_picked {
        let words = "The configuration file names the devices: change them there, or remove them from it.";
        return Err(Problem::new(StatusCode::CONFLICT, words));
    }
    let setup = app.setup_api.setup.clone();
    let stored = tokio::task::spawn_blocking(move || setup.pick(&choice)).await;
    match stored {
        Ok(Ok(())) => Ok(StatusCode::NO_CONTENT),
        Ok(Err(error @ PickError::Refused(_))) => Err(bad(error.to_string())),
        Ok(Err(error @ PickError::Disk(_))) => Err(failed(error)),
        Err(error) => Err(failed(error)),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForWhom {
    owner: String,
    site: u32,
}

#[derive(Serialize)]
pub(super) struct Code {
    code: String,
    /// Where the dashboard takes it, if it is known where the dashboard is.
    link: Option<String>,
    expires_unix_s: u64,
    qr: code::QrPicture,
}

/// `POST /api/setup/code`: the code for the dashboard.
pub(super) async fn link_code(
    State(app): State<App>,
    _: Owner,
    body: Result<Json<ForWhom>, JsonRejection>,
) -> Result<Json<Code>, Problem> {
    let Json(ForWhom { owner, site }) = read(body)?;
    let owner = account::parse(&owner).map_err(bad)?;
    let conflict = |words: &str| Problem::new(StatusCode::CONFLICT, words);
    let genesis = app.setup_api.chain.borrow().as_ref().map(|view| view.joined.genesis);
    let genesis = genesis.ok_or_else(|| {
        conflict("The gateway has never reached the chain, so it does not know for which chain to sign. Check its internet connection.")
    })?;
    let settings = app.setup_api.settings.borrow().clone();
    let health = app.setup_api.health.borrow().clone();
    let as_set = |device: &DeviceSettings| {
        let is_it = |known: &&DeviceHealth| known.settings.name == device.name && known.settings.uri == device.uri;
        health.iter().find(is_it).map(|known| DeviceHealth { settings: device.clone(), ..known.clone() })
    };
    let devices: Option<Vec<_>> = settings.devices.iter().map(as_set).collect();
    let devices = devices.ok_or_else(|| conflict("The devices are just being taken over: try again in a moment."))?;
    let now_unix_s = unix_ms() / 1_000;
    let home_name = settings.home_name.as_deref().unwrap_or_default();
    let request = code::Request { genesis, owner, site, now_unix_s, home_name, devices: &devices };
    let code = {
        let signer = app.setup_api.signer.read().unwrap_or_else(PoisonError::into_inner);
        code::make(&request, &signer).map_err(|words| conflict(&words))?
    };
    let text = code.to_text();
    let link = settings.dashboard_url.and_then(|url| url.join("link").ok()).map(|mut url| {
        url.set_fragment(Some(&format!("code={text}")));
        url.to_string()
    });
    let qr = code::draw(link.as_deref().unwrap_or(&text)).map_err(failed)?;
    Ok(Json(Code { code: text, link, expires_unix_s: code.expires_unix_s, qr }))
}

fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<Json<T>, Problem> {
    body.map_err(|error| Problem::new(error.status(), error.body_text()))
}

fn bad(words: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, words)
}

fn failed(error: impl ToString) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}
