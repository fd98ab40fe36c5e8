//! Who is at a seat: the device that it was, one that was put in its place, or one that does not say. A swapped meter
//! is a new device, which its owner registers; its registers never continue the old one's.

use super::Recorder;
use crate::{
    codes::GatewayCode,
    error::GatewayError,
    home::{Occupant, Place},
    settings::DeviceSettings,
};
use deren_meters::Identity;
use deren_primitives::DeviceRole;

impl Recorder {
    /// Continues the slots of the device that is at this place now.
    pub(super) fn identified(&mut self, place: Place, identity: &Identity) -> Result<(), GatewayError> {
        let Some(seat) = self.home.find(place) else {
            return Ok(());
        };
        let settings = seat.settings().clone();
        let known = self.parts.book.identity(&settings).cloned();
        let silent = known.as_ref().filter(|known| known.has_serial && !identity.has_serial);
        if silent.is_some() {
            let what = "does not say its serial number now, so it is taken for the device that it was, and a reset is not believed before it does. If it was replaced by one without a serial number, give it another `name`";
            self.parts.board.trouble(&settings.name, (GatewayCode::NoSerialNumber, what));
        }
        let who = silent.unwrap_or(identity);
        let id = self.parts.signer().device_id(who);
        match self.home.find_id(id) {
            Some(same) if same.place == place => {
                if silent.is_none() {
                    same.identity_seen();
                }
            }
            Some(other) => {
                let other = &other.settings().name;
                let what = format!("is the same device as {other}, so its samples are not used: remove one of the two");
                self.failed(place, (GatewayCode::SameDevice, what).into());
            }
            None => {
                let attention = known.as_ref().filter(|known| *known != who).map(|_| replaced(&settings, who));
                self.assign_device(place, &settings, who, attention)?;
            }
        }
        Ok(())
    }

    fn assign_device(
        &mut self,
        place: Place,
        settings: &DeviceSettings,
        identity: &Identity,
        attention: Option<String>,
    ) -> Result<(), GatewayError> {
        let (about, id) = (&settings.name, self.parts.signer().device_id(identity));
        if let Err(error) = self.parts.book.learn(settings, identity) {
            self.parts.board.trouble(about, &error);
        }
        let stored = self.parts.outbox.stored(id)?;
        tracing::info!(device = %about, %id, vendor = %identity.vendor, model = %identity.model, "identified");
        let begun = stored.is_some();
        // Where its slots stand may not be on disk yet.
        let unsaved = self.unsaved.iter().rev().find(|update| update.device == id);
        let progress = unsaved.map(|update| update.progress.clone()).or(stored.map(|stored| stored.progress));
        let occupant = Occupant::new(id, identity.has_serial, progress.unwrap_or_default(), begun);
        self.unsaved.extend(self.home.assign(place, occupant));
        if let Some(what) = attention.as_deref() {
            self.parts.board.trouble(about, (GatewayCode::DeviceReplaced, what));
        }
        self.parts.board.update_device(place, |device| {
            device.device = Some(id);
            device.kind = Some(format!("{} {}", identity.vendor, identity.model));
            device.registered = None;
            device.refuse(None);
            device.attention = attention;
        });
        Ok(())
    }
}

/// What the owner of a replaced device should do.
fn replaced(settings: &DeviceSettings, identity: &Identity) -> String {
    let role = match settings.role {
        DeviceRole::Grid => "grid meter",
        DeviceRole::Production => "production device",
        DeviceRole::Storage => "storage device",
    };
    format!(
        "another device with another serial number answers here now ({} {}): register it as this home's new {role}. Its readings begin then; those of the old one stay valid",
        identity.vendor, identity.model
    )
}
