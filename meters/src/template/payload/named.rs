//! Channels that their owner gave names to: a URI says which of them is which quantity.

use super::MqttTemplate;
use std::collections::BTreeMap;

/// The quantities that a URI may have names for.
pub(crate) const NAMED: [&str; 3] = ["import", "export", "power"];

/// What stands for the name of a quantity.
fn placeholder(what: &str) -> String {
    format!("{{{what}}}")
}

/// A pattern in which each quantity is called as the template calls it: so a simulated device does.
pub(super) fn usual(pattern: &str) -> String {
    NAMED.iter().fold(pattern.to_owned(), |pattern, what| pattern.replace(&placeholder(what), what))
}

impl MqttTemplate {
    /// The quantities whose names a URI has to say.
    pub fn named(&self) -> impl Iterator<Item = &'static str> {
        let is_named = |(what, quantity): &(&str, &super::Quantity)| quantity.topic.contains(&placeholder(what));
        self.quantities().filter(is_named).map(|(what, _)| what)
    }

    /// The template for the channels of these names. A quantity that has none is not read.
    #[must_use]
    pub fn for_names(mut self, names: &BTreeMap<String, String>) -> Self {
        let fill = |topic: &mut String| {
            for what in NAMED {
                if let Some(name) = names.get(what) {
                    *topic = topic.replace(&placeholder(what), name);
                }
            }
            !NAMED.iter().any(|what| topic.contains(&placeholder(what)))
        };
        for quantity in [&mut self.import, &mut self.export, &mut self.power] {
            quantity.take_if(|quantity| !fill(&mut quantity.topic));
        }
        self.serial.take_if(|serial| !fill(&mut serial.topic));
        self.require.retain_mut(|requirement| fill(&mut requirement.topic));
        self
    }
}
