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

/// From here to the week's end nothing goes wrong any more.
const QUIET_FROM_MS: u64 = WEEK_MS - 6 * 3_600_000;
/// Samples after which a gateway believes a register that began anew, and counts, whoever shows it.
const WEAK_EVIDENCE: u64 = 30;
/// The same for one that does not count.
const EVIDENCE_WITHOUT_COUNTING: u64 = 300;

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

    /// Since when the gateway has what it needs to believe the device again, milliseconds after the start; nothing if
    /// the week ends before. Only SunSpec withholds it in the quiet end: it writes a counter at 0 as it writes one that
    /// does not exist. So a device that was reset while nothing flows shows no energy to anyone until it counts again.
    /// Then its energy truly cannot be known, and this is the only excuse for a script that ends without readings.
    pub fn evidence_ms(&self, every_ms: u64) -> Option<u64> {
        let looks = || (QUIET_FROM_MS..WEEK_MS).step_by(every_ms as usize);
        let shown_mwh = |at_ms| self.sample(at_ms, 0).map(|sample| total_mwh(&sample));
        let withheld_ms = looks().filter(|at_ms| shown_mwh(*at_ms).is_none()).last();
        let from_ms = withheld_ms.map_or(QUIET_FROM_MS, |at_ms| at_ms + every_ms);
        let first_mwh = shown_mwh(from_ms);
        let counts_ms = looks().find(|at_ms| *at_ms > from_ms && shown_mwh(*at_ms) > first_mwh).unwrap_or(WEEK_MS);
        let soonest_ms = from_ms + WEAK_EVIDENCE * every_ms;
        Some(counts_ms.max(soonest_ms).min(from_ms + EVIDENCE_WITHOUT_COUNTING * every_ms))
    }

    /// True if it shows less at this moment than the gateway believes: a jump that was small enough to be energy, and
    /// went back. What flows next is not booked until the register has passed what it once showed.
    pub fn shows_less_than(&self, import_mwh: u64, export_mwh: u64, at_ms: u64) -> bool {
        let sample = self.sample(at_ms, 0).unwrap_or_default();
        let less = |shown_mwh: Option<u64>, believed_mwh: u64| {
            let counted_mwh = self.counter.modulus_mwh.map_or(believed_mwh, |modulus| believed_mwh % modulus);
            shown_mwh.is_some_and(|shown_mwh| shown_mwh < counted_mwh)
        };
        less(sample.import_mwh, import_mwh) || less(sample.export_mwh, export_mwh)
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

    /// True if it counted nothing in the quarter of an hour before this moment. It cannot be told from one that is
    /// stuck if it stood before that, too, while its power added up to more than two steps.
    pub fn stood_before(&self, at_ms: u64) -> bool {
        let shown = |at_ms| self.sample(at_ms, 0).map(|sample| (sample.import_mwh, sample.export_mwh));
        shown(at_ms - 900_000) == shown(at_ms)
    }

    /// What may have flowed unseen in a direction of a span because the device stood still. Nobody can tell until the
    /// power that it shows adds up to two steps. If it shows none, nobody ever can. The same holds of a device that
    /// `shows_nothing` since it was first seen. Then too little is booked, never too much, and by no more than what
    /// flowed meanwhile.
    pub fn hidden_mwh(&self, direction: usize, from_ms: u64, to_ms: u64, shows_nothing: bool) -> u64 {
        let hidden = |fault: &Fault| {
            let end_ms = (fault.at_s + fault.for_s.unwrap_or(u64::MAX / 4000)).saturating_mul(1000);
            let (stood_ms, moved_ms) = (from_ms.max(fault.at_s * 1000), to_ms.min(end_ms));
            let hides = fault.kind == FaultKind::Stuck || fault.kind == FaultKind::Zero && shows_nothing;
            if !hides || stood_ms >= moved_ms {
                return 0;
            }
            let truth = |at_ms| self.home.truth(self.role, at_ms)[direction];
            let flowed_mwh = truth(moved_ms) - truth(stood_ms);
            let (_, powers) = self.home.at(fault.at_s * 1000);
            let watt = if self.role == DeviceRole::Production { powers.pv_w } else { powers.grid_w }.unsigned_abs();
            let steps_mwh = 2 * self.counter.step_mwh.unwrap_or(0);
            if watt < 25 || shows_nothing {
                flowed_mwh
            } else {
                flowed_mwh.min(self.power.energy_mwh(steps_mwh * 3_600 / u64::from(watt)))
            }
        };
        self.script.faults().iter().map(hidden).sum()
    }
}

fn total_mwh(sample: &Sample) -> u64 {
    sample.import_mwh.unwrap_or(0) + sample.export_mwh.unwrap_or(0)
}
