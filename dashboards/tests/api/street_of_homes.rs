//! A made-up history of a street: what the API says adds up to what is true of it, and any machine can check a
//! clearing.

#[path = "../history/mod.rs"]
pub mod history;

use crate::helpers::{App, answer, spawn_app};
use deren_market::{Outcome, file::Market, verify};
use history::{History, MARKET, Plan, operator_key};
use reqwest::Method;
use serde_json::Value;

const SLOTS: u32 = 24;

/// An app over a history, and what is true of it.
async fn spawn_history(seed: u64) -> (App, History) {
    let app = spawn_app().await;
    let mut history = History::new(Plan::eventful(seed));
    for _ in 0..SLOTS {
        history.slot();
    }
    let mut connection = app.db.acquire().await.expect("a connection");
    history.flush(&mut connection).await;
    (app, history)
}

/// The range of all its slots.
fn range(history: &History) -> String {
    let start = i64::from(history.plan.first_slot) * i64::from(history.plan.slot_seconds);
    format!("from={start}&to={}", start + i64::from(SLOTS) * i64::from(history.plan.slot_seconds))
}

fn number(value: &Value) -> i128 {
    value.as_i64().map(i128::from).or_else(|| value.as_str()?.parse().ok()).expect("a whole number")
}

#[tokio::test]
async fn slots_have_the_sums_that_the_chain_had() {
    let (app, history) = spawn_history(1).await;
    let answer = app.client().get(&format!("/api/v1/markets/{MARKET}/slots?{}", range(&history))).await.ok();
    let slots = answer["slots"].as_array().expect("slots");
    assert!(history.truth.slots.len() > 10);
    for (slot, truth) in &history.truth.slots {
        let found = slots.iter().find(|found| found["slot"] == *slot).expect("every cleared slot");
        let summary = &truth.summary;
        for (name, expected) in [
            ("volume_wh", u128::from(summary.bought_wh)),
            ("paid_ueur", summary.paid_ueur),
            ("received_ueur", summary.received_ueur),
            ("network_fees_ueur", summary.network_fees_ueur),
            ("congestion_rent_ueur", summary.congestion_rent_ueur),
            ("protocol_fee_ueur", summary.protocol_fee_ueur),
            ("dust_ueur", summary.dust_ueur),
            ("readings", summary.readings.into()),
        ] {
            assert_eq!(number(&found[name]) as u128, expected, "{name} of slot {slot}");
        }
        let zones = found["zones"].as_array().expect("zones");
        let sold: i128 = zones.iter().map(|zone| number(&zone["sold_wh"])).sum();
        assert_eq!(sold as u64, summary.sold_wh, "slot {slot}");
    }
    // The same in one question.
    let truth = history.truth.slots.values().map(|slot| &slot.summary);
    let truth = truth.fold([0; 3], |[volume, paid, fees], slot| {
        [volume + i128::from(slot.bought_wh), paid + slot.paid_ueur as i128, fees + slot.network_fees_ueur as i128]
    });
    for (resolution, zone) in [("hour", "UTC"), ("day", "Europe/Berlin"), ("month", "Asia/Kolkata")] {
        let query = format!("{}&resolution={resolution}&tz={zone}", range(&history));
        let answer = app.client().get(&format!("/api/v1/markets/{MARKET}/sums?{query}")).await.ok();
        let points = answer["points"].as_array().expect("points");
        let names = ["volume_wh", "paid_ueur", "network_fees_ueur"];
        let sums = names.map(|name| points.iter().map(|point| number(&point[name])).sum::<i128>());
        assert_eq!(sums, truth, "{resolution} in {zone}");
    }
}

#[tokio::test]
async fn what_sites_paid_and_received_adds_up_to_the_market() {
    let (app, history) = spawn_history(2).await;
    let operator = app.logged_in(operator_key().verifying_key().to_bytes()).await;
    let mut sums = [0; 4];
    for site in 0..history.plan.sites {
        for (resolution, zone) in [("slot", "UTC"), ("day", "Europe/Berlin")] {
            let query = format!("{}&resolution={resolution}&tz={zone}", range(&history));
            let answer = operator.get(&format!("/api/v1/sites/{site}/readings?{query}")).await.ok();
            let points = answer["points"].as_array().expect("points");
            let names = ["bought_wh", "sold_wh", "paid_ueur", "received_ueur"];
            let of_site = names.map(|name| points.iter().map(|point| number(&point[name])).sum::<i128>());
            sums = std::array::from_fn(|place| sums[place] + of_site[place]);
        }
    }
    let slots = history.truth.slots.values().map(|slot| &slot.summary);
    let truth = slots.fold([0; 4], |[bought, sold, paid, received], slot| {
        let (more_bought, more_sold) = (i128::from(slot.bought_wh), i128::from(slot.sold_wh));
        [bought + more_bought, sold + more_sold, paid + slot.paid_ueur as i128, received + slot.received_ueur as i128]
    });
    // Asked twice, by slot and by day.
    assert_eq!(sums, truth.map(|sum| 2 * sum));
    assert!(truth[0] > 0);
}

#[tokio::test]
async fn any_machine_can_check_a_clearing() {
    let (app, history) = spawn_history(3).await;
    let client = app.client();
    for (slot, truth) in &history.truth.slots {
        let path = format!("/api/v1/markets/{MARKET}/slots/{slot}");
        let (file, result) =
            (client.get(&format!("{path}/market-file")).await, client.get(&format!("{path}/result")).await);
        assert_eq!((file.status.as_u16(), result.status.as_u16()), (200, 200), "{} {}", file.text, result.text);
        assert_eq!(file.headers["content-type"], "application/json");
        let market = Market::from_json(file.text.as_bytes()).expect("a market file");
        let outcome = Outcome::from_json(result.text.as_bytes()).expect("a result");
        assert_eq!(market.steps.len(), truth.steps, "slot {slot}");
        verify(&market.network, &market.steps, &outcome).expect("it stands the check");
        assert_eq!(outcome.volume_wh, truth.summary.bought_wh);
    }
}

/// What a slot was cleared of never changes once that is final; what came out, once it is settled.
#[tokio::test]
async fn what_never_changes_is_kept_for_ever_and_not_sent_twice() {
    let (app, history) = spawn_history(4).await;
    let client = app.client();
    let slot = history.truth.slots.iter().rfind(|(_, truth)| truth.summary.bought_wh > 0).expect("a trade").0;
    let path = |what: &str| format!("/api/v1/markets/{MARKET}/slots/{slot}/{what}");
    let for_ever = "public, max-age=31536000, immutable";
    for what in ["market-file", "result"] {
        let first = client.get(&path(what)).await;
        assert_eq!(
            (first.status.as_u16(), &first.headers["cache-control"]),
            (200, &for_ever.parse().expect("a value"))
        );
        let tag = first.headers["etag"].clone();
        let request = client.request(Method::GET, &path(what)).header("accept-encoding", "gzip");
        let again = answer(request.header("if-none-match", tag.clone())).await;
        assert_eq!((again.status.as_u16(), again.text.as_str(), &again.headers["etag"]), (304, "", &tag), "{what}");
        let other = answer(client.request(Method::GET, &path(what)).header("if-none-match", "\"other\"")).await;
        assert_eq!((other.status.as_u16(), &other.text), (200, &first.text), "{what}");
    }
    let no_slot = client.get(&format!("/api/v1/markets/{MARKET}/slots/7/result")).await;
    assert_eq!(
        (no_slot.status.as_u16(), &no_slot.headers["cache-control"]),
        (404, &"no-store".parse().expect("a value"))
    );

    // Not settled yet: the council may still void it.
    app.sql(&format!("DELETE FROM slots_settled WHERE slot = {slot}")).await;
    let [file, result] = [client.get(&path("market-file")).await, client.get(&path("result")).await];
    assert_eq!(
        (&file.headers["cache-control"], &result.headers["cache-control"]),
        (&for_ever.parse().expect("a value"), &"no-cache".parse().expect("a value"))
    );
    assert!(result.headers.contains_key("etag"));
}
