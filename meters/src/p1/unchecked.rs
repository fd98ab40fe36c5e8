//! Telegrams that have no CRC16 by their kind (Slovenia, DSMR 2.2, D0). One of them counts only if it stands between
//! its neighbours. They have the same lines of energy, and no register below the one before or above the one after. A
//! garbled digit then shows, in the telegram or in one beside it. What counts is one telegram old, 1 to 10 s.

use super::telegram::{MAX_BYTES, Telegram, lines, seal, split};

/// The most that a register may rise from one telegram to the next, mWh: a minute at 120 kW.
const MOST_RISEN_MWH: i128 = 2_000_000;

/// The last telegrams without a CRC16.
#[derive(Debug, Default)]
pub(super) struct Unchecked {
    before: Option<Vec<u8>>,
    newest: Option<Vec<u8>>,
}

impl Unchecked {
    /// Takes the next one. Gives the one before it if that stands between its neighbours, with a CRC16 made for it, or
    /// why it does not. `None` as long as there are no neighbours.
    pub(super) fn push(&mut self, telegram: Vec<u8>) -> Option<Result<Vec<u8>, String>> {
        debug_assert!(telegram.len() <= MAX_BYTES);
        let newest = self.newest.replace(telegram)?;
        let next = self.newest.clone()?;
        if let Err(reason) = follows(&newest, &next) {
            // Nobody knows which of the two is right, so both go.
            *self = Self { before: None, newest: Some(next) };
            return Some(Err(reason));
        }
        let before = self.before.replace(newest.clone())?;
        Some(follows(&before, &newest).map(|()| seal(&newest)))
    }
}

/// Refuses two telegrams that do not follow each other.
fn follows(first: &[u8], second: &[u8]) -> Result<(), String> {
    let (first, second) = (energies(first)?, energies(second)?);
    if first.iter().map(|(code, _)| code).ne(second.iter().map(|(code, _)| code)) {
        return Err("it has no CRC, and other lines than its neighbour: some of it is lost".into());
    }
    for ((code, before), (_, after)) in first.iter().zip(&second) {
        let risen = after.saturating_sub(*before);
        if !(0..=MOST_RISEN_MWH).contains(&risen) {
            return Err(format!(
                "it has no CRC, and {code} reads {after} mWh after {before} mWh: one of the two is garbled"
            ));
        }
    }
    Ok(())
}

/// The registers that count energy, mWh, in the order of the telegram.
fn energies(telegram: &[u8]) -> Result<Vec<(String, i128)>, String> {
    let lines = Telegram(lines(split(telegram)?.0));
    let mut energies = Vec::new();
    for (code, value) in &lines.0 {
        // A line of energy whose unit is garbled is missed: then the lines differ.
        match lines.quantity(code) {
            Some(Ok((mwh, unit))) if unit.is_energy() => energies.push((code.to_string(), mwh)),
            Some(Err(_)) if value.ends_with("Wh") => {
                return Err(format!("it has no CRC, and {code} reads `{value}`, which is no number"));
            }
            _ => {}
        }
    }
    if energies.is_empty() { Err("it has no CRC, and no energy".into()) } else { Ok(energies) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn telegram(import_wh: u32, export_wh: u32) -> Vec<u8> {
        let kwh = |wh: u32| format!("{:06}.{:03}", wh / 1_000, wh % 1_000);
        let (import, export) = (kwh(import_wh), kwh(export_wh));
        format!("/ISK5\\2M551T-200\r\n\r\n0-0:96.1.0(00000001)\r\n1-0:1.8.0({import}*kWh)\r\n1-0:2.8.0({export}*kWh)\r\n!\r\n").into()
    }

    fn import_mwh(sealed: &[u8]) -> i128 {
        Telegram::parse(sealed, "here").expect("sealed").quantity("1-0:1.8.0").expect("there").expect("a number").0
    }

    #[test]
    fn what_has_no_energy_never_counts() {
        let mut unchecked = Unchecked::default();
        for _ in 0..4 {
            let found = unchecked.push(b"/HDR\r\n\r\n0-0:96.1.0(1)\r\n!\r\n".to_vec());
            assert!(found.is_none_or(|found| found.is_err()));
        }
    }

    #[test]
    fn a_line_that_is_lost_is_noticed() {
        let mut unchecked = Unchecked::default();
        let lost = String::from_utf8(telegram(5, 5)).expect("text").replace("1-0:2.8.0", "1-0:2/8.0").into_bytes();
        assert_eq!(unchecked.push(telegram(5, 5)), None);
        assert_eq!(unchecked.push(telegram(5, 5)), None);
        assert!(matches!(unchecked.push(lost), Some(Err(reason)) if reason.contains("other lines")));
    }

    proptest! {
        #[test]
        fn one_changed_byte_never_moves_a_register_beyond_its_neighbours(
            which in 0usize..5, at in any::<prop::sample::Index>(), bit in 0u8..8,
        ) {
            let mut stream: Vec<Vec<u8>> = (0..5).map(|number| telegram(1_234_500 + number, 89_000)).collect();
            let at = at.index(stream[which].len());
            stream[which][at] ^= 1 << bit;
            let mut unchecked = Unchecked::default();
            for telegram in stream {
                if let Some(Ok(sealed)) = unchecked.push(telegram) {
                    // Between the registers of before and after, give or take what is possible in between.
                    let read = import_mwh(&sealed);
                    prop_assert!((1_234_500_000..=1_234_504_000).contains(&read), "{}", read);
                }
            }
        }
    }
}
