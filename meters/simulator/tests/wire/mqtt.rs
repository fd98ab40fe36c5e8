//! Devices that publish to a real broker, as a subscriber sees them.

use super::{mosquitto::Mosquitto, *};
use deren_simulator::{
    SimulatorError,
    config::MqttConfig,
    faults::{Fault, FaultKind},
};
use rumqttc::{AsyncClient, Event, EventLoop, Incoming, MqttOptions, Publish, QoS};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// Longer than any of these tests should ever wait.
const PATIENCE: Duration = Duration::from_secs(60);

struct Subscriber {
    client: AsyncClient,
    events: EventLoop,
}

impl Subscriber {
    async fn new(port: u16) -> Self {
        let id = format!("test-{}-{port}", std::process::id());
        let mut options = MqttOptions::new(id, "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(10));
        let (client, events) = AsyncClient::new(options, 10);
        client.subscribe("#", QoS::AtMostOnce).await.unwrap();
        let mut subscriber = Self { client, events };
        while !matches!(subscriber.event().await, Some(Event::Incoming(Incoming::SubAck(_)))) {}
        subscriber
    }

    async fn event(&mut self) -> Option<Event> {
        match timeout(PATIENCE, self.events.poll()).await.expect("nothing happened at the broker") {
            Ok(event) => Some(event),
            Err(_) => {
                // The broker is away: subscribe again once it is back.
                let _ = self.client.try_subscribe("#", QoS::AtMostOnce);
                tokio::task::yield_now().await;
                None
            }
        }
    }

    /// The next message on `topic`.
    async fn next(&mut self, topic: &str) -> Publish {
        loop {
            if let Some(Event::Incoming(Incoming::Publish(message))) = self.event().await
                && message.topic == topic
            {
                return message;
            }
        }
    }

    async fn next_json(&mut self, topic: &str) -> Value {
        serde_json::from_slice(&self.next(topic).await.payload).unwrap()
    }
}

fn shelly(broker: &Mosquitto, topic: &str, faults: Vec<Fault>) -> MqttConfig {
    MqttConfig { every_s: 10, faults, ..MqttConfig::new(Grid, "shelly-em", broker.url(), topic) }
}

fn home(devices: Vec<MqttConfig>) -> HomeConfig {
    HomeConfig { pv: Some(PvConfig::new(5.0)), mqtt: devices, ..HomeConfig::new("publisher") }
}

const EMDATA: &str = "s1/status/emdata:0";

#[tokio::test]
async fn shelly_tasmota_and_p1_publish_what_their_home_does() {
    let broker = Mosquitto::start().await;
    let mut subscriber = Subscriber::new(broker.port).await;
    let tasmota = MqttConfig::new(Production, "tasmota-production", broker.url(), "balcony");
    let telegram = MqttConfig::new(Grid, "p1", broker.url(), "p1/telegram");
    let devices = vec![shelly(&broker, "s1", vec![]), tasmota, telegram];
    let simulator = start(midsummer(100.0), vec![home(devices)]).await;

    let before = truth(&simulator, 0).await;
    let message = subscriber.next(EMDATA).await;
    assert!(!message.retain);
    let shown: Value = serde_json::from_slice(&subscriber.next(EMDATA).await.payload).unwrap();
    let export_mwh = (shown["total_act_ret"].as_f64().unwrap() * 1e3).round() as u64;
    assert!((before.export_mwh..=truth(&simulator, 0).await.export_mwh).contains(&export_mwh), "{shown}");

    let shown = subscriber.next_json("tele/balcony/SENSOR").await;
    let produced_mwh = (shown["ENERGY"]["Total"].as_f64().unwrap() * 1e6).round() as u64;
    assert!(produced_mwh > 1_000_000_000 && produced_mwh <= truth(&simulator, 1).await.export_mwh);
    let telegram = subscriber.next("p1/telegram").await;
    assert!(telegram.payload.starts_with(b"/") && String::from_utf8_lossy(&telegram.payload).contains("1-0:2.8.0("));
    let uris: Vec<String> = simulator.serving().homes[0].devices.iter().map(|d| d.uri.to_string()).collect();
    assert_eq!(uris[0], format!("mqtt://127.0.0.1:{}/s1?template=shelly-em", broker.port));
}

#[tokio::test]
async fn messages_come_as_often_as_simulated_time_says() {
    let broker = Mosquitto::start().await;
    let mut subscriber = Subscriber::new(broker.port).await;
    let simulator = start(midsummer(100.0), vec![home(vec![shelly(&broker, "s1", vec![])])]).await;
    let clock = *simulator.device(0, 0).unwrap().home().clock();
    let began_s = clock.elapsed_s();
    let mut counters = Vec::new();
    for _ in 0..6 {
        counters.push(subscriber.next_json(EMDATA).await["total_act_ret"].as_f64().unwrap());
    }
    // Six messages in 900 simulated seconds at the very least; here one each 10.
    assert!(clock.elapsed_s() - began_s < 900);
    assert!(counters.windows(2).all(|pair| pair[0] <= pair[1]) && counters[0] < counters[5], "{counters:?}");
}

#[tokio::test]
async fn a_retained_message_is_there_for_whoever_comes_later() {
    let broker = Mosquitto::start().await;
    let faults = vec![Fault::new(FaultKind::Retained, 0, None)];
    let mut live = Subscriber::new(broker.port).await;
    let simulator = start(midsummer(100.0), vec![home(vec![shelly(&broker, "s1", faults)])]).await;
    live.next(EMDATA).await;
    drop(simulator);
    drop(live);
    let mut later = Subscriber::new(broker.port).await;
    assert!(later.next(EMDATA).await.retain);
}

#[tokio::test]
async fn broken_messages_and_silence_do_what_they_say_and_end() {
    let broker = Mosquitto::start().await;
    let mut subscriber = Subscriber::new(broker.port).await;
    let faulty = |topic, kind| shelly(&broker, topic, vec![Fault::new(kind, 0, Some(300))]);
    let devices = vec![
        faulty("broken", FaultKind::NotJson),
        faulty("short", FaultKind::ShortReply),
        faulty("nan", FaultKind::Nan),
        faulty("zero", FaultKind::Zero),
        faulty("silent", FaultKind::Silent),
    ];
    let _simulator = start(midsummer(100.0), vec![home(devices)]).await;
    let data = |topic: &str| format!("{topic}/status/emdata:0");
    assert!(serde_json::from_slice::<Value>(&subscriber.next(&data("broken")).await.payload).is_err());
    assert!(subscriber.next_json(&data("short")).await.get("total_act").is_none());
    assert!(subscriber.next_json(&data("nan")).await["total_act"].is_null());
    assert_eq!(subscriber.next_json(&data("zero")).await["total_act"], 0.0);
    // Silence ends too: its first message is a good one.
    assert!(subscriber.next_json(&data("silent")).await["total_act"].as_f64().unwrap() > 1e6);
    for topic in ["broken", "short", "nan", "zero"] {
        loop {
            let payload = subscriber.next(&data(topic)).await.payload;
            let total = serde_json::from_slice::<Value>(&payload).ok().and_then(|json| json["total_act"].as_f64());
            if total.is_some_and(|total| total > 1e6) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_device_that_was_unplugged_comes_back() {
    let broker = Mosquitto::start().await;
    let mut subscriber = Subscriber::new(broker.port).await;
    let faults = vec![Fault::new(FaultKind::Disconnect, 100, Some(300))];
    let simulator = start(midsummer(100.0), vec![home(vec![shelly(&broker, "s1", faults)])]).await;
    let clock = *simulator.device(0, 0).unwrap().home().clock();
    while clock.elapsed_s() < 100 {
        subscriber.next(EMDATA).await;
    }
    // At most one message was still on its way when the plug was pulled; the next comes after the fault.
    subscriber.next(EMDATA).await;
    subscriber.next(EMDATA).await;
    assert!(clock.elapsed_s() >= 400, "{}", clock.elapsed_s());
}

#[tokio::test]
async fn devices_come_back_after_the_broker_was_killed() {
    let mut broker = Mosquitto::start().await;
    let simulator = start(midsummer(100.0), vec![home(vec![shelly(&broker, "s1", vec![])])]).await;
    let before = Subscriber::new(broker.port).await.next_json(EMDATA).await;
    broker.restart().await;
    let after = Subscriber::new(broker.port).await.next_json(EMDATA).await;
    assert!(after["total_act_ret"].as_f64() > before["total_act_ret"].as_f64());
    drop(simulator);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_not_there_is_named() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let device = MqttConfig::new(Grid, "shelly-em", format!("mqtt://{nobody}"), "s1");
    let config = SimulatorConfig { homes: vec![home(vec![device])], ..midsummer(1.0) };
    let error = Simulator::start(&config).await.unwrap_err();
    assert!(matches!(error, SimulatorError::Broker { .. }), "{error}");
    assert!(error.to_string().contains(&nobody.to_string()), "{error}");
}
