//! What a Shelly publishes as it comes from the factory: notifications of what changed (JSON-RPC `NotifyStatus`). Each
//! is of some parts of the device and some fields of a part. By the manufacturer's word, a status with all changes
//! since laid over it is what the device would answer now.
//!
//! A counter that was never told of is missing, and never zero. One of an earlier minute is not put together with one
//! of this minute. Where a change leaves that open, it is held back until the others come, or until a second one leaves
//! it open.

use crate::template::payload::{MqttTemplate, PART};
use serde_json::{Map, Value};

/// Notifications that tell of a status: of what changed, or of all.
const METHODS: [&str; 2] = ["NotifyStatus", "NotifyFullStatus"];
/// Largest status that is kept, bytes: as large as a message may be.
const MAX_BYTES: usize = 64 * 1_024;
/// The change from which on a part counts whose other counters do not come: it has none, or they stand still.
const CHANGES_THAT_LACK: u8 = 2;
/// Stands beside a counter: the minute that it is of.
const MINUTE: &str = "minute_ts";

/// Where a device's notifications are published, and the statuses that they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notifications {
    pub(super) topic: String,
    pub(super) parts: Vec<Part>,
}

/// A part of a device, whose status is a document of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// As notifications name it: `switch:0`.
    name: String,
    /// Topic of its status.
    pub(super) topic: String,
    /// JSON pointers of what counts energy; none in a status that only tells the power.
    counters: Vec<String>,
}

/// What is known of a part.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    status: Value,
    /// Changes in a row that told of a counter, and not of another one that is unknown or of an earlier minute.
    lacking: u8,
}

/// What a change makes of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// A counter was told of: it is a new reading.
    Counted(Vec<u8>),
    /// The counters are as old as before, or not all of them are there.
    Others(Vec<u8>),
}

impl Notifications {
    /// Those of the device with that base, if the template knows of any. `topics` are those that it reads.
    pub(super) fn of(template: &MqttTemplate, base: &str, topics: &[String]) -> Option<Self> {
        let notifications = template.notifications.as_ref()?;
        let pattern = MqttTemplate::topic(&notifications.status, base);
        let (before, after) = pattern.split_once(PART)?;
        let counters = |topic: &str| -> Vec<String> {
            let energies = [&template.import, &template.export].into_iter().flatten();
            let here = energies.filter(|energy| MqttTemplate::topic(&energy.topic, base) == topic);
            let mut counters: Vec<String> = here.flat_map(|energy| energy.pointers()).map(str::to_owned).collect();
            counters.sort_unstable();
            counters.dedup();
            counters
        };
        let part = |topic: &String| {
            let name = topic.strip_prefix(before)?.strip_suffix(after)?.to_owned();
            Some(Part { name, topic: topic.clone(), counters: counters(topic) })
        };
        let topic = MqttTemplate::topic(&notifications.topic, base);
        Some(Self { topic, parts: topics.iter().filter_map(part).collect() })
    }
}

/// The parts that a notification tells of, by name; none if it is no notification of a status.
pub(super) fn parts(payload: &[u8]) -> Map<String, Value> {
    let Ok(Value::Object(mut notification)) = serde_json::from_slice(payload) else { return Map::new() };
    let method = notification.get("method").and_then(Value::as_str).unwrap_or_default();
    if !METHODS.contains(&method) {
        return Map::new();
    }
    match notification.remove("params") {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    }
}

impl Part {
    /// Lays what a notification tells of this part over what is known. `None` if it tells nothing, or too much.
    pub(super) fn change(&self, parts: &Map<String, Value>, known: &mut Known) -> Option<Changed> {
        let change = parts.get(&self.name).filter(|change| change.is_object())?;
        lay_over(&mut known.status, change);
        let status = serde_json::to_vec(&known.status).unwrap_or_default();
        if status.is_empty() || status.len() > MAX_BYTES {
            *known = Known::default();
            return None;
        }
        let tells_of = |document: &Value, counter: &String| document.pointer(counter).is_some();
        if self.counters.is_empty() {
            return Some(Changed::Counted(status));
        }
        if !self.counters.iter().any(|counter| tells_of(change, counter)) {
            return Some(Changed::Others(status));
        }
        if self.counters.iter().all(|counter| tells_of(&known.status, counter)) && self.is_of_one_minute(&known.status)
        {
            known.lacking = 0;
            return Some(Changed::Counted(status));
        }
        known.lacking = known.lacking.saturating_add(1);
        Some(if known.lacking < CHANGES_THAT_LACK { Changed::Others(status) } else { Changed::Counted(status) })
    }

    /// False if its counters say that they are of different minutes.
    fn is_of_one_minute(&self, status: &Value) -> bool {
        let minute = |counter: &String| status.pointer(counter.rsplit_once('/')?.0)?.get(MINUTE);
        let mut minutes = self.counters.iter().filter_map(minute);
        let first = minutes.next();
        minutes.all(|minute| Some(minute) == first)
    }

    /// What is known once the device published the whole status.
    pub(super) fn whole(payload: &[u8]) -> Known {
        Known { status: serde_json::from_slice(payload).unwrap_or_default(), lacking: CHANGES_THAT_LACK }
    }
}

/// Objects are laid over objects field by field; anything else replaces what was there. As deep as a parser goes.
fn lay_over(known: &mut Value, change: &Value) {
    let Value::Object(changes) = change else { return known.clone_from(change) };
    if !known.is_object() {
        *known = Value::Object(Map::new());
    }
    let Value::Object(fields) = known else { return };
    for (name, change) in changes {
        lay_over(fields.entry(name.as_str()).or_insert(Value::Null), change);
    }
}

/// Any bytes as the notifications of a device, each up to a zero byte: what is kept stays bounded.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn follow(template: &MqttTemplate, base: &str, payloads: &[&[u8]]) {
    let topics = template.sample_topics(base);
    let Some(notifications) = Notifications::of(template, base, &topics) else { return };
    let mut known = vec![Known::default(); notifications.parts.len()];
    for payload in payloads {
        let told = parts(payload);
        for (part, known) in notifications.parts.iter().zip(&mut known) {
            let changed = part.change(&told, known);
            if let Some(Changed::Counted(status) | Changed::Others(status)) = changed {
                assert!(status.len() <= MAX_BYTES);
                let _ = template.read(base, &[(part.topic.as_str(), status.as_slice())]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Library;
    use proptest::prelude::*;

    fn notifications(template: &str) -> Notifications {
        let template = Library::builtin().expect("templates").mqtt(template).expect(template).clone().for_channel(1);
        Notifications::of(&template, "dev", &template.sample_topics("dev")).expect("it has notifications")
    }

    fn told(part: &str, change: &str) -> Map<String, Value> {
        parts(format!(r#"{{"src":"x","method":"NotifyStatus","params":{{"ts":1.5,"{part}":{change}}}}}"#).as_bytes())
    }

    #[test]
    fn a_counter_that_was_not_told_of_is_waited_for_and_never_a_zero() {
        let [part] = notifications("shelly-switch").parts.try_into().expect("one part");
        assert_eq!((part.name.as_str(), part.topic.as_str()), ("switch:1", "dev/status/switch:1"));
        let mut known = Known::default();
        let mut change = |text: &str| part.change(&told("switch:1", text), &mut known);
        assert!(matches!(change(r#"{"apower":5}"#), Some(Changed::Others(_))), "no counter");
        assert!(matches!(change(r#"{"aenergy":{"total":7,"minute_ts":60}}"#), Some(Changed::Others(_))), "may be half");
        let Some(Changed::Counted(status)) = change(r#"{"ret_aenergy":{"total":2}}"#) else { panic!("all is known") };
        assert_eq!(
            serde_json::from_slice::<Value>(&status).expect("JSON"),
            serde_json::json!({"apower": 5, "aenergy": {"total": 7, "minute_ts": 60}, "ret_aenergy": {"total": 2}})
        );
        // From then on, what is not told of has not changed.
        assert!(matches!(change(r#"{"aenergy":{"total":8}}"#), Some(Changed::Counted(_))));
        assert!(matches!(change(r#"{"apower":6}"#), Some(Changed::Others(_))), "the counters are as old as before");
        assert_eq!(part.change(&told("switch:0", r#"{"aenergy":{"total":9}}"#), &mut known), None, "another channel");
    }

    #[test]
    fn counters_of_two_minutes_are_not_put_together() {
        let [part] = notifications("shelly-switch").parts.try_into().expect("one part");
        let mut known = Known::default();
        let mut counted = |counter: &str, minute: u32| {
            let change = told("switch:1", &format!(r#"{{"{counter}":{{"total":{minute},"minute_ts":{minute}}}}}"#));
            matches!(part.change(&change, &mut known), Some(Changed::Counted(_)))
        };
        for minute in [60, 120, 180] {
            assert!(!counted("aenergy", minute), "what came back is still of the minute before");
            assert!(counted("ret_aenergy", minute));
        }
        // Where nothing comes back any more, and nothing is told of it, the other one goes on.
        assert!(!counted("aenergy", 240) && counted("aenergy", 300) && counted("aenergy", 360));
    }

    #[test]
    fn what_lacks_a_counter_twice_does_not_have_it() {
        let [part] = notifications("shelly-switch").parts.try_into().expect("one part");
        let mut known = Known::default();
        let told = told("switch:1", r#"{"aenergy":{"total":7}}"#);
        assert!(matches!(part.change(&told, &mut known), Some(Changed::Others(_))));
        assert!(matches!(part.change(&told, &mut known), Some(Changed::Counted(_))));
    }

    #[test]
    fn other_notifications_tell_nothing() {
        for payload in [
            r#"{"method":"NotifyEvent","params":{"switch:0":{}}}"#,
            r#"{"method":"NotifyStatus","params":[1]}"#,
            r#"{"method":"NotifyStatus"}"#,
            r#"{"params":{"switch:0":{}}}"#,
            "[]",
            "",
        ] {
            assert!(parts(payload.as_bytes()).is_empty(), "{payload}");
        }
        let mut known = Known::default();
        let [part] = notifications("shelly-em1").parts.try_into().expect("one part");
        assert_eq!(part.change(&told("em1data:1", "7"), &mut known), None, "no object");
    }

    #[test]
    fn a_status_that_grows_without_end_is_forgotten() {
        let [part] = notifications("shelly-em1").parts.try_into().expect("one part");
        let mut known = Known::default();
        let long = "x".repeat(MAX_BYTES / 2);
        let change = |name: &str| told("em1data:1", &format!(r#"{{"{name}":"{long}","total_act_energy":1}}"#));
        assert!(part.change(&change("a"), &mut known).is_some());
        assert_eq!(part.change(&change("b"), &mut known), None);
        assert_eq!(known, Known::default());
    }

    proptest! {
        #[test]
        fn changes_laid_over_one_another_are_what_they_say_last(
            totals in prop::collection::vec((0u32..1_000_000, prop::option::of(0u32..1_000_000)), 1..20)
        ) {
            let [part] = notifications("shelly-switch").parts.try_into().expect("one part");
            let mut known = Known::default();
            let mut back = None;
            for (up, returned) in totals {
                let more = returned.map(|back| format!(r#","ret_aenergy":{{"total":{back}}}"#)).unwrap_or_default();
                let changed = part.change(&told("switch:1", &format!(r#"{{"aenergy":{{"total":{up}}}{more}}}"#)), &mut known);
                back = returned.or(back);
                if let Some(Changed::Counted(status)) = changed {
                    let status: Value = serde_json::from_slice(&status).expect("JSON");
                    let shown = |pointer: &str| status.pointer(pointer).and_then(Value::as_u64).map(|n| n as u32);
                    prop_assert_eq!((shown("/aenergy/total"), shown("/ret_aenergy/total")), (Some(up), back));
                }
            }
        }
    }
}
