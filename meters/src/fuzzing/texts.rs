//! What is text: payloads of brokers, templates of a folder, URIs of a configuration; and what announces itself.

use crate::{DeviceUri, Library, Template, discover, homewizard, mqtt};

/// Payloads of a broker: the first byte chooses the template, the rest are the payloads of its topics, each up to a zero
/// byte. What Home Assistant is told of a sensor is one of them.
pub fn mqtt(data: &[u8]) {
    let [which, rest @ ..] = data else { return };
    let Ok(library) = Library::builtin() else { return };
    let count = library.iter().filter(|(_, template)| matches!(template, Template::Mqtt(_))).count();
    let Some(chosen) = usize::from(*which).checked_rem(count) else { return };
    let all =
        library.iter().filter_map(|(_, template)| if let Template::Mqtt(mqtt) = template { Some(mqtt) } else { None });
    let Some(template) = all.into_iter().nth(chosen) else { return };
    let topics = template.fixture.payloads.keys().map(String::as_str);
    let payloads: Vec<(&str, &[u8])> = topics.zip(rest.split(|byte| *byte == 0)).collect();
    let _ = template.read(&template.fixture.topic, &payloads);
}

/// An answer over HTTP.
pub fn http(data: &[u8]) {
    homewizard::answer(data);
}

/// A template of a folder.
pub fn template(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Template::from_toml("fuzz", text);
    }
}

/// What a search is told: the first byte chooses an answer to multicast DNS, a broker's messages (topic and payload,
/// each up to a zero byte), or where its owner wants it to look. What is found can be written into a configuration.
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
