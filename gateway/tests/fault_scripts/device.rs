//! A device with a script of faults, as a driver reads it: an answer or none, and who it says it is.

use crate::homes::{DAYS, Timeline, WEEK_MS};
use deren_gateway::slots::MaxPower;
use deren_meters::{Counter, Sample};
use deren_primitives::DeviceRole;
use deren_simulator::{
    device::Moment,
    faults::{Fault, FaultKind, FaultScript, RandomFaults, Wire},
    model::Model,
    noise::Noise,
};

/// Faults that leave the driver without a sample; the wire tests show that each of them does.
const NO_SAMPLE: [FaultKind; 10] = [
    FaultKind::Silent,
    FaultKind::Exception,
    FaultKind::ShortReply,
    FaultKind::LateReply,
    FaultKind::Disconnect,
    FaultKind::NetworkLoss,
    FaultKind::WrongLength,
    FaultKind::Nan,
    FaultKind::Retained,
    FaultKind::NotJson,
];

/// A device of a home for a week.
pub struct Device<'h> {
    pub home: &'h Timeline,
    pub role: DeviceRole,
    pub power: MaxPower,
    pub script: FaultScript,
    pub seed: u64,
    /// How its counters are written.
    counter: Counter,
    wire: Wire,
    model: Model,
}

impl<'h> Device<'h> {
    pub fn new(home: &'h Timeline, role: DeviceRole, seed: u64) -> Self {
        let noise = Noise::new(seed, "device");
        let wire = [Wire::SunSpec, Wire::Modbus, Wire::Mqtt][noise.between(0, 0, 2) as usize];
        let counter = match wire {
            Wire::SunSpec => Counter::whole(Some(1 << 32), 3),
            Wire::Modbus => Counter::whole(Some(1 << 32), 4),
            Wire::Mqtt => Counter::default(),
        };
        let per_day = noise.between(1, 2, 20) as u16;
        let random = RandomFaults { seed, per_day, days: DAYS as u16 };
        let script = FaultScript::new(random.script("device", wire, wire != Wire::Mqtt));
        let rated_w = if role == DeviceRole::Production { home.pv_w } else { home.connection_w };
        let model = Model::new(role, rated_w, noise, script.clone()).with_moduli([counter.modulus_mwh; 2]);
        let power = MaxPower { rated_w, slot_energy_seconds: 900, slot_seconds: 900 };
        Self { home, role, power, script, seed, counter, wire, model }
    }

    pub fn step_mwh(&self) -> u64 {
        self.counter.step_mwh.unwrap_or(1)
    }

    /// A serial number of its own; a meter that publishes over MQTT often has none.
    pub fn has_serial(&self) -> bool {
        self.wire != Wire::Mqtt
    }

    pub fn serial(&self, elapsed_ms: u64) -> u32 {
        self.model.plate_at(elapsed_ms / 1000).serial
    }

    /// True if it answers at all.
    pub fn answers(&self, elapsed_ms: u64) -> bool {
        !NO_SAMPLE.iter().any(|kind| self.script.is_on(*kind, elapsed_ms / 1000))
    }

    /// True if the quiet end of the week is enough to believe whatever it shows: throughout it shows an energy, or it
    /// does for the last two hours and counts meanwhile.
    pub fn can_recover(&self) -> bool {
        let hour_ms = 3_600_000;
        let shows_for =
            |for_ms| (WEEK_MS - for_ms..WEEK_MS).step_by(60_000).all(|at_ms| self.sample(at_ms, 0).is_some());
        let shown = |before_end_ms| {
            let sample = self.sample(WEEK_MS - before_end_ms, 0).unwrap_or_default();
            sample.import_mwh.unwrap_or(0) + sample.export_mwh.unwrap_or(0)
        };
        shows_for(6 * hour_ms - 60_000) || (shows_for(2 * hour_ms) && shown(hour_ms) > shown(2 * hour_ms))
    }

    /// One look at its registers, which the gateway's clock says to be at `at_unix_ms`.
    pub fn sample(&self, elapsed_ms: u64, at_unix_ms: u64) -> Option<Sample> {
        if !self.answers(elapsed_ms) {
            return None;
        }
        let (books, powers) = self.home.at(elapsed_ms);
        let moment = Moment { elapsed_s: elapsed_ms / 1000, books, powers };
        let registers = self.model.shown(&moment, |at_s| Some(self.home.at(at_s * 1000))).registers?;
        let step_mwh = self.step_mwh();
        let counted = |mwh: u64, counts: bool| {
            let mwh = counts.then_some(mwh - mwh % step_mwh)?;
            // SunSpec writes "not counted" as 0.
            (self.wire != Wire::SunSpec || mwh > 0).then_some(mwh)
        };
        let import_mwh = counted(registers.import_mwh, self.role != DeviceRole::Production);
        let export_mwh = counted(registers.export_mwh, true);
        (import_mwh.is_some() || export_mwh.is_some()).then_some(Sample {
            at_unix_ms,
            import_mwh,
            export_mwh,
            power_w: Some(registers.power_w),
            suspect: false,
            import_counter: self.counter,
            export_counter: self.counter,
        })
    }

    /// What may have flowed unseen in a span because the device stood still: until the power that it shows adds up to
    /// two steps nobody can tell, and if it shows none nobody ever can. Then too little is booked, never too much.
    pub fn hidden_mwh(&self, from_ms: u64, to_ms: u64) -> u64 {
        let overlaps = |fault: &&Fault| {
            let end_ms = (fault.at_s + fault.for_s.unwrap_or(u64::MAX / 4000)).saturating_mul(1000);
            fault.kind == FaultKind::Stuck && fault.at_s * 1000 < to_ms && end_ms > from_ms
        };
        let hidden = |fault: &Fault| {
            let (_, powers) = self.home.at(fault.at_s * 1000);
            let watt = if self.role == DeviceRole::Production { powers.pv_w } else { powers.grid_w }.unsigned_abs();
            let steps_mwh = 2 * self.counter.step_mwh.unwrap_or(0);
            if watt < 25 { u64::MAX / 4 } else { self.power.energy_mwh(steps_mwh * 3_600 / u64::from(watt)) }
        };
        self.script.faults().iter().filter(overlaps).map(hidden).fold(0, |sum, hidden| (sum + hidden).min(u64::MAX / 4))
    }
}
