//! Somebody plugs a gateway in: from its first start, without any device, to readings that are final and seen in the
//! dashboard. All that a person does is done in a real browser, see `tests/browser/stories/plug-in.spec.ts`.

use crate::support::{DEADLINE, Told, catch_up, config, start};
use deren_neighbourhood::{
    Binaries, NEWCOMER, Neighbourhood, Simulator, Wait,
    browser::{Visit, visit},
};
use deren_primitives::DeviceId;
use deren_simulator::SimulatorConfig;
use std::{fs, path::Path};

/// Enough for somebody of each kind that the pages are made for.
const HOMES: usize = 6;
/// The newcomer's connection point.
const MAX_POWER_W: u32 = 17_300;
/// A name that is HTML; it must stay text.
const HOME: &str = "Sonne & <b>Söhne</b>";

/// The newcomer's roof and meter, whose day begins like the neighbours', and where they are.
async fn devices(neighbourhood: &Neighbourhood) -> (Simulator, String) {
    let wires = r#"
        [[homes.modbus]]
        [[homes.modbus.sunspec]]
        devices = [{ role = "production", model = 103 }, { role = "grid", model = 203 }]
    "#;
    let mut config = SimulatorConfig::sunny_home(wires).expect("a home");
    config.seed = 11;
    config.homes[0].name = "newcomer".to_owned();
    let folder = neighbourhood.folder().join("newcomers-devices");
    fs::create_dir_all(&folder).expect("a folder");
    let binaries = Binaries::find().unwrap_or_else(|error| panic!("{error}"));
    let simulator = Simulator::start(&binaries, &folder, folder.join("log"), config);
    let mut simulator = simulator.unwrap_or_else(|error| panic!("{error}"));
    let serving = simulator.healthy(&Told).await.unwrap_or_else(|error| panic!("{error}"));
    let uri = serving.homes[0].devices[0].uri.to_string();
    let place = uri.split("//").nth(1).and_then(|rest| rest.split('?').next()).expect("a place").to_owned();
    (simulator, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_gateways_first_start_to_final_readings_in_the_dashboard() {
    let mut config = config(HOMES);
    config.pages = true;
    config.newcomer = true;
    let (mut neighbourhood, mut follower) = start(config).await;
    let commitment = neighbourhood.expect_newcomer(MAX_POWER_W).await.unwrap_or_else(|error| panic!("{error}"));
    let (mut simulator, place) = devices(&neighbourhood).await;

    let mut gateway = neighbourhood.unpack_gateway(NEWCOMER).unwrap_or_else(|error| panic!("{error}"));
    gateway.restart().unwrap_or_else(|error| panic!("{error}"));
    gateway.healthy(&Told).await.unwrap_or_else(|error| panic!("{error}"));
    let told = [
        ("DEREN_NEWCOMER", NEWCOMER.to_owned()),
        ("DEREN_GATEWAY", gateway.page_url()),
        ("DEREN_PIN", gateway.pin().unwrap_or_else(|error| panic!("{error}"))),
        ("DEREN_PLACE", place),
        ("DEREN_HOME", HOME.to_owned()),
        ("DEREN_POINT", format!("{commitment:?}")),
    ];
    tell(&neighbourhood, "stories/plug-in", &told).await;

    // The browser saw it; the chain says the same.
    let status = gateway.status().await.unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<DeviceId> = status["devices"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|device| device["device"].as_str().expect("an id").parse().expect("an id"))
        .collect();
    assert_eq!(ids.len(), 2, "{status}");
    Wait::new("the newcomer's readings in the books", DEADLINE, &Told)
        .until(async || {
            catch_up(&mut follower).await?;
            let meters = follower.ledger().meters();
            let silent = ids.iter().find(|device| meters.accepted(**device).next().is_none());
            silent.map_or(Ok(()), |device| Err(format!("{device} has none")))
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));

    // Then the meters are unplugged, and the node goes away.
    simulator.program.kill();
    neighbourhood.nodes[0].program.kill();
    Wait::new("the gateway misses them", DEADLINE, &Told)
        .until(async || {
            let status = gateway.status().await.map_err(|error| error.to_string())?;
            let devices = status["devices"].as_array().ok_or("no devices")?;
            let is_away = status["chain"]["link"] == "connecting" && devices.iter().all(|d| d["trouble"].is_string());
            if is_away { Ok(()) } else { Err(status.to_string()) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    tell(&neighbourhood, "stories/gateway-trouble", &told).await;
}

async fn tell(neighbourhood: &Neighbourhood, story: &str, told: &[(&str, String)]) {
    let pictures = Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/../screenshots"));
    let visitor = Visit { story, joker: None, pictures, more: told };
    for line in visit(neighbourhood, &visitor, &Told).await.unwrap_or_else(|error| panic!("{error}")) {
        eprintln!("{line}");
    }
}
