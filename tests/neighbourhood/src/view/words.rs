//! Numbers as people read them. Nothing here is computed further: settled amounts stay integers elsewhere.

/// Wh as kWh with three digits.
pub fn kwh(wh: u64) -> String {
    format!("{}.{:03} kWh", wh / 1000, wh % 1000)
}

/// A flow with its direction as seen from the feeder.
pub fn flow(net_export_wh: i64) -> String {
    match net_export_wh {
        0 => "in balance".to_owned(),
        out if out > 0 => format!("{} out", kwh(out.unsigned_abs())),
        into => format!("{} in", kwh(into.unsigned_abs())),
    }
}

/// µ€ as € with four digits, cut: what is shown is never more than what there is.
pub fn euro(ueur: u128) -> String {
    format!("{}.{:04} €", ueur / 1_000_000, ueur % 1_000_000 / 100)
}

/// A price in ct/kWh with two digits.
pub fn price(ueur_per_kwh: i64) -> String {
    let sign = if ueur_per_kwh < 0 { "-" } else { "" };
    let ueur = ueur_per_kwh.unsigned_abs();
    format!("{sign}{}.{:02} ct/kWh", ueur / 10_000, ueur % 10_000 / 100)
}

/// REN with three digits, cut.
pub fn ren(units: u128) -> String {
    const REN: u128 = deren_runtime::units::REN;
    format!("{}.{:03} REN", units / REN, units % REN / (REN / 1000))
}

/// Hours and minutes of a day from seconds since 1970.
pub fn hour(unix_s: u64) -> String {
    format!("{:02}:{:02}", unix_s / 3600 % 24, unix_s / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(kwh(1_042), "1.042 kWh");
        assert_eq!(euro(1_234_567), "1.2345 €");
        assert_eq!(euro(99), "0.0000 €");
        assert_eq!(price(171_250), "17.12 ct/kWh");
        assert_eq!(price(-5_000), "-0.50 ct/kWh");
        assert_eq!(ren(1_500_000_000_000), "1.500 REN");
        assert_eq!(hour(1_782_000_000 + 11 * 3600 + 15 * 60), "11:15");
    }

    #[test]
    fn a_flow_says_its_direction() {
        assert_eq!(flow(250), "0.250 kWh out");
        assert_eq!(flow(-1_250), "1.250 kWh in");
        assert_eq!(flow(0), "in balance");
    }
}
