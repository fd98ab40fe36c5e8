//! A day of each home in quarter-hours, for people who want to look. Serves nothing.

use crate::{
    config::SimulatorConfig,
    home::{Books, Home},
};
use std::io::{self, Write};

const QUARTER_S: u64 = 900;
const QUARTERS: u64 = 96;

/// Writes what each home does in each quarter-hour of the day from the configured start, energies in Wh.
///
/// # Errors
/// What `out` says.
pub fn write_day(config: &SimulatorConfig, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "home,start_unix_s,production_wh,consumption_wh,import_wh,export_wh,charge_wh,discharge_wh")?;
    for home_config in &config.homes {
        let mut home = Home::new(config, home_config, [].into_iter());
        let mut before = Books::default();
        for quarter in 0..QUARTERS {
            home.advance((quarter + 1) * QUARTER_S, QUARTER_S);
            let now = home.books();
            let name = quoted(&home_config.name);
            write!(out, "{name},{}", config.start_unix_s() + quarter * QUARTER_S)?;
            for energy in columns(&now).iter().zip(columns(&before)) {
                // As in the market: floor(close) − floor(open), so that a day's quarters sum to the day.
                write!(out, ",{}", energy.0 / 1_000 - energy.1 / 1_000)?;
            }
            writeln!(out)?;
            before = now;
        }
    }
    Ok(())
}

const fn columns(books: &Books) -> [u64; 6] {
    [
        books.production_mwh,
        books.consumption_mwh,
        books.import_mwh,
        books.export_mwh,
        books.charge_mwh,
        books.discharge_mwh,
    ]
}

/// A field as RFC 4180 has it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{HomeConfig, LoadConfig, PvConfig};
    use crate::load::Profile;

    #[test]
    fn a_day_has_96_quarters_a_home_and_its_columns_sum_to_the_day() {
        let mut config = SimulatorConfig::new("2026-06-21".parse().unwrap(), "00:00".parse().unwrap());
        let load = LoadConfig { profile: Profile::Flat, wh_a_day: 9_600 };
        config.homes = vec![
            HomeConfig { load, ..HomeConfig::new("flat, quiet") },
            HomeConfig { pv: Some(PvConfig::new(5.0)), ..HomeConfig::new("sunny") },
        ];
        let mut out = Vec::new();
        write_day(&config, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 96);
        assert_eq!(lines[1], "\"flat, quiet\",1782000000,0,100,100,0,0,0");
        let sunny: Vec<Vec<u64>> = lines[97..]
            .iter()
            .map(|line| line.split(',').skip(2).map(|field| field.parse().unwrap()).collect())
            .collect();
        assert!(sunny[0][0] == 0 && sunny[48][0] > 100, "night and noon");
        let sums: Vec<u64> = (0..4).map(|column| sunny.iter().map(|line| line[column]).sum()).collect();
        assert!((sums[0] + sums[2]).abs_diff(sums[1] + sums[3]) <= 3, "{sums:?}");
    }
}
