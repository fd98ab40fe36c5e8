//! A broker that is killed and started again while several devices publish.

use crate::support::{broker::Broker, driver};
use deren_meters::{Driver, MeterError};
use rumqttc::{AsyncClient, MqttOptions, QoS};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

const DEVICES: usize = 8;

/// A device that counts up with every message, and drops messages while the broker is away, as real ones do.
struct Counting {
    wh: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Counting {
    fn start(port: u16, number: usize) -> Self {
        let wh = Arc::new(AtomicU64::new(1));
        let counter = wh.clone();
        let task = tokio::spawn(async move {
            let options = MqttOptions::new(format!("device-{number}"), "127.0.0.1", port);
            let (client, mut events) = AsyncClient::new(options, 16);
            let publish = async {
                loop {
                    let total = counter.fetch_add(1, Ordering::SeqCst);
                    let payload = format!(r#"{{"id":0,"total_act":{total},"total_act_ret":0}}"#);
                    let topic = format!("shelly-{number}/status/emdata:0");
                    let _ = client.try_publish(topic, QoS::AtMostOnce, false, payload);
                    sleep(Duration::from_millis(5)).await;
                }
            };
            let keep_up = async {
                loop {
                    if events.poll().await.is_err() {
                        sleep(Duration::from_millis(20)).await;
                    }
                }
            };
            tokio::join!(publish, keep_up);
        });
        Self { wh, task }
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The next sample that counts at least so much, mWh. The broker may be away meanwhile.
async fn sample_from(meter: &mut dyn Driver, least_mwh: u64, last_mwh: &mut u64) {
    loop {
        match meter.sample().await {
            Ok(sample) => {
                let mwh = sample.import_mwh.expect("an energy");
                assert!(mwh > *last_mwh, "no message is given twice, and none goes back: {mwh} after {last_mwh}");
                assert!(!sample.suspect);
                *last_mwh = mwh;
                if mwh >= least_mwh {
                    return;
                }
            }
            Err(MeterError::Unreachable { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn broker_restarted_under_load_and_every_device_is_read_on() {
    let mut broker = Broker::start().await;
    let devices: Vec<Counting> = (0..DEVICES).map(|number| Counting::start(broker.port, number)).collect();
    let mut meters = Vec::new();
    for number in 0..DEVICES {
        let uri = format!("mqtt://127.0.0.1:{}/shelly-{number}?template=shelly-em&timeout_ms=20000", broker.port);
        meters.push((driver(&uri).await, 0u64));
    }
    for round in 0..3 {
        for (meter, last_mwh) in &mut meters {
            sample_from(meter.as_mut(), 0, last_mwh).await;
        }
        // Killed in the middle of its work; the last round it is away long enough for pauses to grow.
        broker.stop();
        if round == 2 {
            sleep(Duration::from_secs(1)).await;
        }
        broker.restart().await;
        for ((meter, last_mwh), device) in meters.iter_mut().zip(&devices) {
            let counted_since_mwh = device.wh.load(Ordering::SeqCst) * 1_000;
            sample_from(meter.as_mut(), counted_since_mwh, last_mwh).await;
        }
    }
}
