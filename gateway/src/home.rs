//! The devices of this gateway, one seat each. All that belongs to a device is at its seat, which is found by its place
//! or by who sits there. So nothing that one device showed can be taken for another's. It writes nowhere.

mod day;
mod occupant;
mod seat;

pub use seat::{Place, SlotSettings};

pub(crate) use occupant::Occupant;
pub(crate) use seat::{Conditions, Seat};

use crate::{health::DeviceHealth, outbox::Update};
use deren_primitives::DeviceId;

/// Maximum number of replaced devices that are waited for, until their last slots are sealed.
const MAX_LEAVING: usize = 8;

/// All seats.
#[derive(Debug, Default)]
pub(crate) struct Home {
    seats: Vec<Seat>,
    /// Devices that another one has replaced, until their last slot is sealed.
    leaving: Vec<Seat>,
}

impl Home {
    pub(crate) fn add(&mut self, seat: Seat) {
        self.seats.push(seat);
    }

    /// Takes a seat away. Returns where the slots of its device stand, if that is not on disk yet.
    pub(crate) fn remove(&mut self, place: Place) -> Option<Update> {
        let index = self.seats.iter().position(|seat| seat.place == place)?;
        self.seats.remove(index).checkpoint()
    }

    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    pub(crate) fn seats_mut(&mut self) -> &mut [Seat] {
        &mut self.seats
    }

    pub(crate) fn find(&mut self, place: Place) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.place == place)
    }

    /// The seat of a device that has said who it is.
    pub(crate) fn find_id(&mut self, id: DeviceId) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.id() == Some(id))
    }

    /// Puts a device on the seat at this place. Who sat there is waited for if its last slot is not sealed; returns
    /// where its slots stand, if that is not on disk yet.
    pub(crate) fn assign(&mut self, place: Place, mut occupant: Occupant) -> Option<Update> {
        let came_back = self.leaving.iter().position(|seat| seat.id() == Some(occupant.id));
        if let Some(back) = came_back.and_then(|index| self.leaving.swap_remove(index).occupant) {
            // It came back before its last slot was sealed.
            occupant = back;
        }
        let mut left = self.find(place)?.replace(occupant)?;
        let unsaved = left.checkpoint();
        if left.has_open_samples() && self.leaving.len() < MAX_LEAVING {
            self.leaving.push(left);
        }
        unsaved
    }

    /// Seals what has been waited for long enough.
    pub(crate) fn close(&mut self, conditions: &Conditions, now_ms: u64) -> Vec<Update> {
        let all = self.seats.iter_mut().chain(&mut self.leaving);
        let updates = all.filter_map(|seat| seat.close(conditions, now_ms)).collect();
        self.leaving.retain(Seat::has_open_samples);
        updates
    }

    /// Nothing that a replaced device showed before counts any more.
    pub(crate) fn forget_leaving(&mut self, id: DeviceId) {
        self.leaving.retain(|seat| seat.id() != Some(id));
    }

    /// Where slots stand, as far as that is not on disk yet.
    pub(crate) fn checkpoint(&mut self) -> Vec<Update> {
        self.seats.iter_mut().filter_map(Seat::checkpoint).collect()
    }

    pub(crate) fn health(&self) -> Vec<DeviceHealth> {
        self.seats.iter().map(|seat| seat.health.clone()).collect()
    }
}
