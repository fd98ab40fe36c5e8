//! How much the outbox may hold: as the configuration states it, in days and in megabytes, and whether the two agree.

/// What a waiting reading takes on disk with its signature, keys and a share of the tree's pages, generously.
const BYTES_PER_READING: u64 = 1024;
const BYTES_PER_MB: u64 = 1024 * 1024;
const SECONDS_PER_DAY: u64 = 86_400;

/// The bounds of what is kept on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Number of days without a connection that are to fit.
    pub max_days: u32,
    /// The outbox's size in megabytes (of 2²⁰ bytes).
    pub max_mb: u32,
    /// Number of days for which a reading is kept after it is final on the chain.
    pub archive_days: u32,
    /// All of these take no more than this.
    pub archive_max_mb: u32,
    /// Number of days for which the samples of a reading are kept.
    pub samples_days: u32,
    /// All samples take no more than this.
    pub samples_max_mb: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Bounds {
    /// What holds where the owner says nothing.
    pub const DEFAULT: Self = Self {
        max_days: 28,
        max_mb: 128,
        archive_days: 400,
        archive_max_mb: 256,
        samples_days: 40,
        samples_max_mb: 256,
    };

    /// How many readings may wait.
    pub fn capacity_readings(&self) -> u64 {
        u64::from(self.max_mb) * BYTES_PER_MB / BYTES_PER_READING
    }

    /// The megabytes that `max_days` of so many devices need on a chain with slots of this length.
    pub fn needed_mb(&self, devices: usize, slot_seconds: u32) -> u64 {
        let devices = u64::try_from(devices).unwrap_or(u64::MAX);
        let slots = u64::from(self.max_days) * SECONDS_PER_DAY / u64::from(slot_seconds.max(1));
        slots.saturating_mul(devices).saturating_mul(BYTES_PER_READING).div_ceil(BYTES_PER_MB)
    }

    /// Says what is wrong if `max_days` of so many devices do not fit.
    pub fn complaint(&self, devices: usize, slot_seconds: u32) -> Option<String> {
        let needed_mb = self.needed_mb(devices, slot_seconds);
        (needed_mb > u64::from(self.max_mb)).then(|| {
            format!(
                "outbox_max_mb = {} does not hold outbox_max_days = {} of {devices} devices with slots of {slot_seconds} s: \
                 set outbox_max_mb = {needed_mb}, or fewer days",
                self.max_mb, self.max_days
            )
        })
    }

    /// How many slots of this length the archive reaches back.
    pub fn archive_slots(&self, slot_seconds: u32) -> u32 {
        slots_of(self.archive_days, slot_seconds)
    }

    /// How many slots of this length the samples reach back.
    pub fn samples_slots(&self, slot_seconds: u32) -> u32 {
        slots_of(self.samples_days, slot_seconds)
    }

    /// How many bytes the samples may take.
    pub fn samples_max_bytes(&self) -> u64 {
        u64::from(self.samples_max_mb) * BYTES_PER_MB
    }
}

fn slots_of(days: u32, slot_seconds: u32) -> u32 {
    let slots = u64::from(days) * SECONDS_PER_DAY / u64::from(slot_seconds.max(1));
    u32::try_from(slots).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_four_weeks_of_forty_devices() {
        let bounds = Bounds::default();
        assert_eq!(bounds.complaint(40, 900), None);
        assert_eq!(bounds.needed_mb(40, 900), 105);
        assert_eq!((bounds.archive_slots(900), bounds.samples_slots(900)), (400 * 96, 40 * 96));
    }

    #[test]
    fn days_that_do_not_fit_are_named_with_what_would_hold_them() {
        let said = Bounds { max_days: 60, ..Bounds::default() }.complaint(64, 900).expect("too many");
        assert!(said.contains("outbox_max_mb = 128 does not hold outbox_max_days = 60 of 64 devices"), "{said}");
        assert!(said.contains("set outbox_max_mb = 360"), "{said}");
        assert_eq!(Bounds { max_days: 60, max_mb: 360, ..Bounds::default() }.complaint(64, 900), None);
    }

    #[test]
    fn no_numbers_make_it_panic() {
        let most = Bounds {
            max_days: u32::MAX,
            max_mb: u32::MAX,
            archive_days: u32::MAX,
            archive_max_mb: u32::MAX,
            samples_days: u32::MAX,
            samples_max_mb: u32::MAX,
        };
        assert!(most.complaint(usize::MAX, 0).is_some());
        assert_eq!((most.archive_slots(0), most.samples_slots(0)), (u32::MAX, u32::MAX));
        assert!(most.samples_max_bytes() > u64::from(u32::MAX));
    }
}
