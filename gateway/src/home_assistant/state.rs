//! The values that Home Assistant shows, from the board. No secret can come here: the board has none.

use crate::{
    board::{DeviceStatus, Link, Status},
    clock::ClockState,
};
use deren_primitives::DeviceRole;
use serde_json::{Value, json};

/// Home Assistant takes no longer state than this.
const MAX_STATE_CHARACTERS: usize = 255;

/// The gateway's own values, as JSON.
pub fn of_gateway(status: &Status) -> String {
    // Nothing went wrong: that is known, and an empty text. Of null Home Assistant would make the text `None`.
    let last_error = status.troubles.first().map_or_else(String::new, |trouble| {
        let whole = format!("{}: {}", trouble.about, trouble.what);
        whole.chars().take(MAX_STATE_CHARACTERS).collect()
    });
    let last_error_code = status.troubles.first().map_or("", |trouble| trouble.code.name());
    json!({
        "outbox": status.outbox.readings,
        "final": status.outbox.finalised_total,
        "last_error": last_error,
        "last_error_code": last_error_code,
        "chain": on(status.chain.link == Link::Connected),
        "registered": on(status.chain.registered == Some(true)),
        "clock": on(matches!(status.clock, ClockState::Synchronised { .. })),
    })
    .to_string()
}

/// A device's values, as JSON. Registers stay what they were while it cannot be read; power does not.
pub fn of_device(device: &DeviceStatus) -> String {
    let reachable = device.trouble.is_none() && device.last_sample_unix_ms.is_some();
    let power_w = device.power_w.filter(|_| reachable).map(|power_w| match device.role {
        // What a roof gives is a positive number here, as on every other page about it.
        DeviceRole::Production => power_w.saturating_neg(),
        DeviceRole::Grid | DeviceRole::Storage => power_w,
    });
    json!({
        "import_wh": device.import_mwh.map(|mwh| mwh / 1000),
        "export_wh": device.export_mwh.map(|mwh| mwh / 1000),
        "today_import_wh": device.today_import_wh,
        "today_export_wh": device.today_export_wh,
        "power_w": power_w,
        "reachable": on(reachable),
    })
    .to_string()
}

fn on(yes: bool) -> Value {
    json!(if yes { "ON" } else { "OFF" })
}
