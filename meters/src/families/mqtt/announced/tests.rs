//! What a broker's messages announce, and what they do not.

fn heard(limit: usize, messages: &[(&str, &str)]) -> Vec<String> {
    let messages = messages.iter().map(|(topic, payload)| (*topic, payload.as_bytes()));
    super::heard(limit, messages).into_iter().map(|device| device.uri.to_string()).collect()
}

#[test]
fn shellys_are_known_by_their_status_and_else_by_their_name() {
    let found = heard(
        10,
        &[
            ("shellyproem50-1/online", "true"),
            ("shellyproem50-1/status/em1data:0", "{}"),
            ("shellyproem50-1/status/em1data:1", "{}"),
            ("shellyplus1pm-2/online", "true"),
            ("kitchen/status/switch:0", r#"{"id":0,"aenergy":{"total":1.5}}"#),
            ("lamp/status/switch:0", r#"{"id":0,"output":true}"#),
            ("someone/online", "true"),
            ("shellies/shellyem3-3/emeter/0/total", "1"),
            ("shellies/shellyem3-3/emeter/1/total", "1"),
            ("shellies/shellyem-4/emeter/1/total", "1"),
            ("shellies/house/emeter/0/total", "1"),
            ("shellies/house/emeter/2/total", "1"),
            ("shellies/house/emeter/1/total", "1"),
            ("a/status/em1data:x", "{}"),
        ],
    );
    let uri = |rest: &str| format!("mqtt://broker/{rest}");
    assert_eq!(
        found,
        [
            uri("house?template=shelly-3em-gen1"),
            uri("kitchen?template=shelly-switch"),
            uri("shellyem-4?template=shelly-em-gen1&channel=1"),
            uri("shellyem3-3?template=shelly-3em-gen1"),
            uri("shellyplus1pm-2?template=shelly-switch"),
            uri("shellyproem50-1?template=shelly-em1"),
            uri("shellyproem50-1?template=shelly-em1&channel=1"),
        ]
    );
}

#[test]
fn shellys_that_tell_of_changes_alone_are_known_by_what_changes() {
    let event = |part: &str| format!(r#"{{"method":"NotifyStatus","params":{{"ts":1.5,{part}}}}}"#);
    let (switch, meter) = (event(r#""switch:1":{"id":1,"apower":4.5}"#), event(r#""em1:1":{"id":1,"act_power":4.5}"#));
    let (lamp, sys) = (event(r#""switch:0":{"output":true}"#), event(r#""sys":{},"em:0":7,"wifi:0":{}"#));
    let found = heard(
        9,
        &[
            ("shellyplus2pm-1/online", "true"),
            ("shellyplus2pm-1/events/rpc", &switch),
            ("house/events/rpc", &meter),
            ("lamp/events/rpc", &lamp),
            ("other/events/rpc", &sys),
            ("button/events/rpc", r#"{"method":"NotifyEvent","params":{"em:0":{}}}"#),
        ],
    );
    let uri = |rest: &str| format!("mqtt://broker/{rest}");
    assert_eq!(
        found,
        [
            uri("house?template=shelly-em1&channel=1"),
            uri("other?template=shelly-em"),
            uri("shellyplus2pm-1?template=shelly-switch&channel=1"),
        ]
    );
}

#[test]
fn a_tasmota_is_found_once_both_of_its_messages_came() {
    let config = ("tasmota/discovery/AABB/config", r#"{"dn":"Washer","t":"tasmota_AABB","ft":"%prefix%/%topic%/"}"#);
    let sensors = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#);
    let head = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"SML":{"Total_in":1.2}},"ver":1}"#);
    assert_eq!(heard(9, &[sensors]).len(), 0);
    assert_eq!(heard(9, &[sensors, config]), ["mqtt://broker/tasmota_AABB?template=tasmota"]);
    assert_eq!(heard(9, &[config, head]), ["mqtt://broker/tasmota_AABB?template=tasmota-sml"]);
    assert_eq!(heard(9, &[config, ("tasmota/discovery/AABB/sensors", "{")]).len(), 0);
    let own = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"MT691":{"Total_in":1.2}},"ver":1}"#);
    assert_eq!(heard(9, &[config, own]), ["mqtt://broker/tasmota_AABB?template=tasmota-sml"]);
}

#[test]
fn inverters_behind_a_dtu_are_known_by_what_they_converted() {
    let found = heard(
        9,
        &[
            ("solar/116180212345/0/yieldtotal", "612.042"),
            ("solar/116180212345/1/yieldtotal", "300"),
            ("inverter/roof/ch0/YieldTotal", "465.294"),
            ("inverter/roof/ch1/YieldTotal", "200"),
            ("inverter/total/YieldTotal", "465.294"),
        ],
    );
    assert_eq!(
        found,
        ["mqtt://broker/inverter/roof?template=ahoy-dtu", "mqtt://broker/solar/116180212345?template=opendtu",]
    );
}

#[test]
fn of_two_meters_in_one_script_both_are_told_of_by_name() {
    let config = ("tasmota/discovery/AABB/config", r#"{"dn":"Cellar","t":"head"}"#);
    let sensors = r#"{"sn":{"Time":"x","Heat pump":{"Total_in":1.2},"Haus":{"E_in":7,"E_out":1},"Gas":{"Volume":3}}}"#;
    let found = heard(9, &[config, ("tasmota/discovery/AABB/sensors", sensors)]);
    assert_eq!(
        found,
        [
            "mqtt://broker/head?template=tasmota-sml&meter=Haus",
            "mqtt://broker/head?template=tasmota-sml&meter=Heat%20pump"
        ]
    );
}

#[test]
fn a_tasmota_that_publishes_elsewhere_is_named_by_its_whole_topic() {
    let sensors = ("tasmota/discovery/0011AABBCC/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#);
    for (pattern, prefixes, uri) in [
        ("%topic%/%prefix%/", r#"["cmnd","stat","tele"]"#, Some("boiler/tele/SENSOR")),
        ("home/%prefix%/%topic%", r#"["cmnd","stat","tele"]"#, Some("home/tele/boiler/SENSOR")),
        ("%prefix%/%topic%/", r#"["c","s","t"]"#, Some("t/boiler/SENSOR")),
        ("%prefix%/%hostname%/%id%/", r#"["cmnd","stat","tele"]"#, Some("tele/host/AABBCC/SENSOR")),
        ("%prefix%/%topic%/", r#"["cmnd","stat","tele"]"#, Some("boiler")),
        ("%other%/%topic%/", r#"["cmnd","stat","tele"]"#, None),
        ("#/%topic%/", "[]", None),
    ] {
        let config = format!(r#"{{"dn":"Boiler","t":"boiler","hn":"host","ft":"{pattern}","tp":{prefixes}}}"#);
        let found = heard(9, &[("tasmota/discovery/0011AABBCC/config", &config), sensors]);
        let expected = uri.map(|topic| format!("mqtt://broker/{topic}?template=tasmota"));
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{pattern} {prefixes}");
    }
}

#[test]
fn sensors_of_home_assistant_are_guessed_by_name_and_ours_left_out() {
    let sensor = |more: &str| {
        format!(r#"{{"stat_t":"x","dev_cla":"energy","stat_cla":"total_increasing","unit_of_meas":"kWh"{more}}}"#)
    };
    let found = heard(
        9,
        &[
            ("homeassistant/sensor/plug/energy/config", &sensor(r#","name":"Washer""#)),
            ("homeassistant/sensor/dtu_YieldTotal/config", &sensor("")),
            ("homeassistant/sensor/gateway/energy/config", &sensor(r#","dev":{"mf":"DeREN"}"#)),
            ("homeassistant/sensor/temperature/config", r#"{"dev_cla":"temperature"}"#),
            ("homeassistant/sensor/zaehler/einspeisung/config", &sensor(r#","name":"Zaehler Einspeisung""#)),
            ("homeassistant/sensor/inverter/bought/config", &sensor(r#","name":"Bought""#)),
            ("homeassistant/sensor/inverter/yield_today/config", &sensor(r#","name":"Yield""#)),
            ("homeassistant/sensor/p1/import_t1/config", &sensor(r#","name":"Import tariff 1""#)),
            ("homeassistant/sensor/both/energy/config", &sensor(r#","name":"Import + export""#)),
        ],
    );
    let expected = [
        "mqtt://broker/homeassistant/sensor/both/energy/config?template=home-assistant",
        "mqtt://broker/homeassistant/sensor/both/energy/config?template=home-assistant-production",
        "mqtt://broker/homeassistant/sensor/dtu_YieldTotal/config?template=home-assistant-production",
        "mqtt://broker/homeassistant/sensor/inverter/bought/config?template=home-assistant",
        "mqtt://broker/homeassistant/sensor/plug/energy/config?template=home-assistant",
        "mqtt://broker/homeassistant/sensor/zaehler/einspeisung/config?template=home-assistant-production",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_no_configuration_can_name_is_not_told_of() {
    let long = format!("{}/status/emdata:0", "a".repeat(1_100));
    let messages = [
        ("shellyproem50-\u{1b}/online", "true"),
        ("/status/emdata:0", "{}"),
        ("x#/status/emdata:0", "{}"),
        (&long, "{}"),
    ];
    assert_eq!(heard(9, &messages).len(), 0);
}

#[test]
fn no_more_than_asked_for_are_kept() {
    let topics: Vec<String> = (0..100).map(|n| format!("shelly-{n}/status/emdata:0")).collect();
    let mut messages: Vec<(&str, &str)> = topics.iter().map(|topic| (topic.as_str(), "{}")).collect();
    let online: Vec<String> = (0..100).map(|n| format!("shellypro3em-{n}/online")).collect();
    messages.extend(online.iter().map(|topic| (topic.as_str(), "true")));
    assert_eq!(heard(7, &messages).len(), 7);
}
