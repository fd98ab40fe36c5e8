//! From TOML text to a configuration and back. An unknown key is refused with its line and the nearest known key.

use super::{Day, HomeConfig, SimulatorConfig, TimeOfDay, defaults};
use crate::{SimulatorError, clock::SpeedPermille};
use deren_config::Text;
use std::path::Path;

impl SimulatorConfig {
    /// One sky without homes, with the usual place and clouds, in real time.
    pub fn new(date: Day, start: TimeOfDay) -> Self {
        Self {
            seed: 0,
            latitude_deg: defaults::latitude_deg(),
            longitude_deg: defaults::longitude_deg(),
            date,
            start,
            speed: defaults::speed(),
            cloudiness: defaults::cloudiness(),
            t0_unix_ms: None,
            homes: Vec::<HomeConfig>::new(),
        }
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`SimulatorError::File`] if it cannot be read, and all errors of [`Self::from_toml`].
    pub fn from_file(path: &Path) -> Result<Self, SimulatorError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| SimulatorError::File { path: path.to_owned(), source })?;
        Self::from_toml(&text)
    }

    /// Reads and checks a text.
    ///
    /// # Errors
    /// [`SimulatorError::Mistakes`] with line and column of all that is not TOML or not a configuration, or else of all
    /// that cannot be simulated.
    pub fn from_toml(text: &str) -> Result<Self, SimulatorError> {
        let parsed = Text::new("", text);
        let config: Self = parsed.read_without(&[]).map_err(SimulatorError::Mistakes)?;
        let complaints = config.complaints();
        if complaints.is_empty() {
            return Ok(config);
        }
        let mut mistakes: Vec<_> =
            complaints.into_iter().map(|(path, what)| parsed.nearest(&path).mistake(what)).collect();
        mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        Err(SimulatorError::Mistakes(mistakes))
    }

    /// One home with a roof and a household on a June day. It runs at 75 times real time, so that there is energy to
    /// measure within seconds. `wires` are its devices, as TOML of `[[homes.modbus]]` and its like.
    ///
    /// # Errors
    /// As [`Self::from_toml`].
    pub fn sunny_home(wires: &str) -> Result<Self, SimulatorError> {
        let home = r#"
            seed = 7
            date = "2026-06-21"
            start = "11:00"
            speed = 75.0
            [[homes]]
            name = "sun"
            pv = { kwp = 6.4 }
            load = { profile = "household", wh_a_day = 10000 }
        "#;
        Self::from_toml(&format!("{home}{wires}"))
    }

    /// Writes the configuration as a text that [`Self::from_toml`] reads.
    ///
    /// # Errors
    /// [`SimulatorError::Config`] if a number is too large for TOML (2⁶³).
    pub fn to_toml(&self) -> Result<String, SimulatorError> {
        toml::to_string(self).map_err(|error| SimulatorError::Config(format!("cannot be written as TOML: {error}")))
    }

    /// The simulated UTC at which the simulation starts.
    pub const fn start_unix_s(&self) -> u64 {
        self.date.unix_s() + self.start.second_of_day() as u64
    }

    /// The speed factor in thousandths.
    pub fn speed_permille(&self) -> SpeedPermille {
        SpeedPermille((self.speed * 1_000.0).round() as u32)
    }
}

#[cfg(test)]
mod tests;
