//! Exports of a gateway that runs, and of one that does not: what outsiders get is whole, whatever has become final
//! meanwhile.

use super::peer;
use crate::support::{FakeNode, chain::Chain, gateway::Gateway};
use deren_gateway::{
    clock::unix_ms,
    proof::{ExportRequest, Exporter, Summary, ask, keys_of, serve, verify},
};
use serde_json::json;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const EVER: ExportRequest = ExportRequest { from_unix_s: 0, to_unix_s: 4_000_000_000 };

fn exporter(gateway: &Gateway, folder: &Path, shutdown: &CancellationToken) -> Exporter {
    Exporter {
        data_folder: folder.to_owned(),
        devices: watch::Sender::new(Vec::new()).subscribe(),
        signer: gateway.signer.clone(),
        outbox: gateway.outbox.clone(),
        shutdown: shutdown.clone(),
    }
}

fn exported(exporter: &Exporter, request: ExportRequest) -> (Vec<u8>, Summary) {
    let mut file = Vec::new();
    exporter.write(request, &mut file).unwrap();
    let summary = verify(&*file, &keys_of(&*file).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    (file, summary)
}

/// A gateway with two devices that has made readings, of which some are final.
async fn with_readings(folder: &Path) -> (Gateway, FakeNode) {
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let gateway = Gateway::start(folder, 2, &[node.url()]);
    let public_key = gateway.signer.read().unwrap().public_key();
    node.chain().register(public_key, 0, &gateway.devices(2));
    for index in 0..2 {
        gateway.identify(index).await;
    }
    while gateway.board.status().outbox.made_total < 12 || node.chain().final_readings().len() < 4 {
        for index in 0..2 {
            gateway.sample(index).await;
        }
        node.make_block();
        node.finalise();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (gateway, node)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_final_and_what_waits_is_one_chain_of_readings() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, node) = with_readings(folder.path()).await;
    // Without a node, what is made from now on waits.
    let chain = node.stop().await;
    let made = gateway.board.status().outbox.made_total;
    while gateway.board.status().outbox.made_total < made + 4 {
        for index in 0..2 {
            gateway.sample(index).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let exporter = exporter(&gateway, folder.path(), &CancellationToken::new());
    let (file, summary) = exported(&exporter, EVER);
    assert!(summary.readings >= made + 4);
    assert!(summary.readings > u64::try_from(chain.final_readings().len()).unwrap());
    assert_eq!(summary.devices.len(), 2);
    assert!(summary.devices.iter().all(|device| device.from_the_beginning && device.slots_missing == 0));
    let path = folder.path().join("file.jsonl");
    std::fs::write(&path, &file).unwrap();
    assert_eq!(peer::peer_says(&[path]), [json!({"ok": true, "readings": summary.readings})]);
    drop(exporter);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_that_follow_one_another_share_no_reading_and_leave_none_out() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, _node) = with_readings(folder.path()).await;
    let exporter = exporter(&gateway, folder.path(), &CancellationToken::new());
    let middle = unix_ms() / 1000 - 4;
    let (_, early) = exported(&exporter, ExportRequest { to_unix_s: middle, ..EVER });
    let (_, late) = exported(&exporter, ExportRequest { from_unix_s: middle, to_unix_s: middle + 2 });
    let (_, both) = exported(&exporter, ExportRequest { to_unix_s: middle + 2, ..EVER });
    assert_eq!(early.readings + late.readings, both.readings);
    assert!(early.readings > 0 && late.readings > 0);
    assert!(late.devices.iter().all(|device| !device.from_the_beginning));
    drop(exporter);
    gateway.stop().await;
}

/// Readings become final all the time while file after file is made: each is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_whole_while_readings_become_final() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, node) = with_readings(folder.path()).await;
    let exporter = Arc::new(exporter(&gateway, folder.path(), &CancellationToken::new()));
    let mut last = 0;
    for _ in 0..20 {
        for index in 0..2 {
            gateway.sample(index).await;
        }
        node.make_block();
        node.finalise();
        let exporter = exporter.clone();
        let (_, summary) = tokio::task::spawn_blocking(move || exported(&exporter, EVER)).await.unwrap();
        assert!(summary.readings >= last);
        last = summary.readings;
    }
    drop(exporter);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_running_gateway_answers_on_a_socket_that_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    assert!(!ask(&data, EVER, &mut Vec::new()).unwrap(), "nobody runs here");
    let (gateway, _node) = with_readings(folder.path()).await;
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve(exporter(&gateway, folder.path(), &shutdown)));
    let socket = folder.path().join("export.sock");
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let asked = |request: ExportRequest| {
        let data = data.clone();
        tokio::task::spawn_blocking(move || {
            let mut file = Vec::new();
            ask(&data, request, &mut file).map(|there| (there, file)).map_err(|error| error.to_string())
        })
    };
    let (there, file) = asked(EVER).await.unwrap().unwrap();
    assert!(there && verify(&*file, &[]).unwrap().readings >= 12);
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let backwards = asked(ExportRequest { from_unix_s: 2, to_unix_s: 1 }).await.unwrap().unwrap_err();
    assert!(backwards.contains("no time between"), "{backwards}");
    assert_eq!(backwards.matches("cannot export").count(), 1, "{backwards}");
    shutdown.cancel();
    serving.await.unwrap().unwrap();
    assert!(!socket.exists());
    gateway.stop().await;
}
