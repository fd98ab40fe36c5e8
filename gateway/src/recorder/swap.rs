//! Who is at a place of the configuration: the device that it was, one that was put in its place, or one that does not
//! say. A swapped meter is a new device, which its owner registers; its registers never continue the old one's.

use super::{Recorder, device::Recorded};
use crate::{
    codes::{GatewayCode, Mishap},
    error::GatewayError,
    settings::DeviceSettings,
};
use deren_meters::Identity;
use deren_primitives::DeviceRole;

/// As many replaced devices are waited for, until their last slots are sealed.
const MAX_LEAVING: usize = 8;

impl Recorder {
    /// Continues the slots of the device that is at this place in the configuration now.
    pub(super) fn identified(&mut self, index: usize, identity: &Identity) -> Result<(), GatewayError> {
        let (Some(settings), Some(recorded)) = (self.parts.devices.get(index).cloned(), self.devices.get(index)) else {
            return Ok(());
        };
        let is_new = recorded.id().is_none();
        let known = self.parts.book.identity(&settings).cloned();
        if let Some(known) = known.as_ref().filter(|known| known.has_serial && !identity.has_serial) {
            let what = "does not say its serial number now, so it is taken for the device that it was, and a reset is not believed before it does. If it was replaced by one without a serial number, give it another `name`";
            self.tell(index, (GatewayCode::NoSerialNumber, what));
            return if is_new { self.assign_device(index, &settings, known, None) } else { Ok(()) };
        }
        let id = self.signer().device_id(identity);
        if let Some(other) = self.devices.iter().position(|recorded| recorded.id() == Some(id)) {
            if other == index {
                self.devices.iter_mut().skip(index).take(1).for_each(Recorded::identity_seen);
            } else {
                let other = self.parts.devices.get(other).map_or("another", |device| &device.name);
                let what = format!("is the same device as {other}, so its samples are not used: remove one of the two");
                let mishap = Mishap::from((GatewayCode::SameDevice, what));
                self.tell(index, mishap.clone());
                self.parts.board.update_device(index, |device| device.fail(mishap));
            }
            return Ok(());
        }
        let attention = known.filter(|known| known != identity).map(|_| replaced(&settings, identity));
        self.assign_device(index, &settings, identity, attention)
    }

    fn tell(&self, index: usize, mishap: impl Into<Mishap>) {
        let name = self.parts.devices.get(index).map_or("device", |device| &device.name);
        self.parts.board.trouble(name, mishap);
    }

    fn assign_device(
        &mut self,
        index: usize,
        settings: &DeviceSettings,
        identity: &Identity,
        attention: Option<String>,
    ) -> Result<(), GatewayError> {
        let id = self.signer().device_id(identity);
        if let Err(error) = self.parts.book.learn(settings, identity) {
            self.tell(index, &error);
        }
        let stored = self.parts.outbox.stored(id)?;
        tracing::info!(device = %settings.name, %id, vendor = %identity.vendor, model = %identity.model, "identified");
        let begun = stored.is_some();
        // Where its slots stand may not be on disk yet.
        let unsaved = self.unsaved.iter().rev().find(|update| update.device == id);
        let progress = unsaved.map(|update| update.progress.clone()).or(stored.map(|stored| stored.progress));
        let progress = progress.unwrap_or_default();
        let mut now = Recorded::default();
        now.assign_device(id, identity.has_serial, progress, begun);
        if let Some(place) = self.leaving.iter().position(|(_, leaving)| leaving.id() == Some(id)) {
            // It came back before its last slot was sealed.
            now = self.leaving.swap_remove(place).1;
        }
        if let Some(recorded) = self.devices.get_mut(index) {
            let mut before = std::mem::replace(recorded, now);
            self.unsaved.extend(before.checkpoint());
            if before.has_open_samples() && self.leaving.len() < MAX_LEAVING {
                self.leaving.push((index, before));
            }
        }
        if let Some(what) = attention.as_deref() {
            self.tell(index, (GatewayCode::DeviceReplaced, what));
        }
        self.parts.board.update_device(index, |device| {
            device.device = Some(id);
            device.kind = Some(format!("{} {}", identity.vendor, identity.model));
            device.registered = None;
            device.refuse(None);
            device.attention = attention;
        });
        self.show_identified();
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
