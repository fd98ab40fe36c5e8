//! What is text: payloads of brokers, templates of a folder, URIs of a configuration; and what announces itself.

use crate::{
    DeviceUri, Library, Template, discover, mqtt,
    template::payload::{read::Messages, value_template::ValueTemplate},
    wire,
};

/// Payloads of a broker or documents of a web server, each up to a zero byte. They are of the topics of the template
/// that the first part names, or chooses by its first byte. Then the same bytes are notifications of what changed. What
/// Home Assistant is told of a sensor is one of them.
pub fn mqtt(data: &[u8]) {
    let mut parts = data.split(|byte| *byte == 0);
    let Some(which) = parts.next() else { return };
    let payloads: Vec<&[u8]> = parts.collect();
    let Ok(library) = Library::builtin() else { return };
    let all =
        || library.iter().filter_map(|(name, it)| if let Template::Mqtt(it) = it { Some((name, it)) } else { None });
    let named = all().find(|(name, _)| name.as_bytes() == which);
    let chosen = || usize::from(*which.first()?).checked_rem(all().count()).and_then(|index| all().nth(index));
    let Some((_, template)) = named.or_else(chosen) else { return };
    let topics = template.fixture.payloads.keys().map(String::as_str);
    let arrived: Vec<(&str, &[u8])> = topics.zip(payloads.iter().copied()).collect();
    let _ = template.read(&template.fixture.topic, &arrived);
    let known = template.clone().for_channel(0);
    if let Ok(messages) = Messages::parse(&known, known.base(&template.fixture.topic), arrived) {
        let _ = messages.fit(&known.fingerprint);
        known.require.iter().for_each(|requirement| drop(messages.check(requirement, 0)));
    }
    mqtt::follow(template, &template.fixture.topic, &payloads);
}

/// A value template of Home Assistant up to a zero byte, and the payload that it is applied to.
pub fn value_template(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (template, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Ok(template) = std::str::from_utf8(template) else { return };
    if let Ok(template) = ValueTemplate::parse(template)
        && let Ok(text) = template.apply(payload)
    {
        assert!(!text.trim().is_empty(), "`{}` makes nothing of a payload", template.source());
    }
}

/// An answer over HTTP.
pub fn http(data: &[u8]) {
    wire::http::answer(data);
}

/// A template of a folder.
pub fn template(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Template::from_toml("fuzz", text);
    }
}

/// What a search is told. The first byte chooses an answer to multicast DNS, a broker's messages, or where its owner
/// wants it to look. A message is a topic and a payload, each up to a zero byte. What is found can be written into a
/// configuration.
pub fn discovery(data: &[u8]) {
    const LIMIT: usize = 8;
    let [kind, rest @ ..] = data else { return };
    match kind % 3 {
        0 => discover::answer(rest),
        1 => {
            let parts: Vec<&[u8]> = rest.split(|byte| *byte == 0).collect();
            let messages = parts.chunks_exact(2).filter_map(|pair| match pair {
                [topic, payload] => Some((std::str::from_utf8(topic).ok()?, *payload)),
                _ => None,
            });
            let found = mqtt::heard(LIMIT, messages);
            assert!(found.len() <= LIMIT);
            found.into_iter().for_each(|device| reads_back(&device.uri));
        }
        _ => {
            let text = std::str::from_utf8(rest).unwrap_or_default();
            if let Ok(target) = text.parse::<discover::Target>() {
                let printed = target.to_string();
                assert_eq!(printed.parse::<discover::Target>().ok().as_ref(), Some(&target), "{printed}");
            }
        }
    }
}

/// A device's URI.
pub fn uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(uri) = text.parse::<DeviceUri>() {
        reads_back(&uri);
    }
}

/// What is printed is the same device again.
fn reads_back(uri: &DeviceUri) {
    let printed = uri.to_string();
    assert_eq!(printed.parse::<DeviceUri>().ok().as_ref(), Some(uri), "{printed}");
}
