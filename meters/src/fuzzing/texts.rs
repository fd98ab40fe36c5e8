//! What is text: payloads of brokers, templates of a folder, URIs of a configuration.

use crate::{DeviceUri, Library, Template, homewizard};

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

/// A device's URI: what is understood is understood again as it is printed.
pub fn uri(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(uri) = text.parse::<DeviceUri>() else { return };
    let printed = uri.to_string();
    assert_eq!(printed.parse::<DeviceUri>().ok(), Some(uri), "{printed}");
}
