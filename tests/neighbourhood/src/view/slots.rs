//! One slot in a few short lines.

use super::{
    terminal::{Line, Style},
    words::{euro, flow, hour, kwh, price, ren},
};
use crate::{SlotReport, layout::RETAIL_UEUR_PER_KWH};
use deren_primitives::{Side, SiteId, Slot, SlotClock, ZoneId};
use std::{cmp::Reverse, collections::BTreeMap};

/// What ids are called, and what the simulated clock shows.
#[derive(Clone, Debug)]
pub struct Names {
    /// The homes.
    pub sites: BTreeMap<SiteId, String>,
    /// The feeders.
    pub zones: BTreeMap<ZoneId, Street>,
    /// The chain's slots.
    pub clock: SlotClock,
    /// How the simulated time follows the real one.
    pub simulated: SimulatedTime,
}

/// A feeder as it is shown.
#[derive(Clone, Debug)]
pub struct Street {
    /// Its name.
    pub name: String,
    /// Above this it is full.
    pub capacity_up_wh: u64,
    /// Below minus this it is full.
    pub capacity_down_wh: u64,
}

/// The simulator's clock.
#[derive(Clone, Copy, Debug)]
pub struct SimulatedTime {
    /// When the simulation began, in real time.
    pub t0_unix_ms: u64,
    /// What its clock showed then.
    pub start_unix_s: u64,
    /// Simulated milliseconds in a real second.
    pub speed_permille: u32,
}

impl Names {
    /// Simulated hours and minutes at the slot's start and end.
    pub fn hours(&self, slot: Slot) -> String {
        let shown = |real_ms: u64| {
            let since_ms = real_ms.saturating_sub(self.simulated.t0_unix_ms);
            hour(self.simulated.start_unix_s + since_ms * u64::from(self.simulated.speed_permille) / 1_000_000)
        };
        format!("{}–{}", shown(self.clock.start_ms(slot)), shown(self.clock.end_ms(slot)))
    }

    fn site(&self, site: SiteId) -> String {
        self.sites.get(&site).cloned().unwrap_or_else(|| format!("site {site}"))
    }
}

/// The lines of a slot; those of one without trade are two.
pub(super) fn lines(report: &SlotReport, names: &Names) -> Vec<Line> {
    let summary = &report.summary;
    let states = format!(
        "cleared #{} · settled #{} · finalised #{}",
        summary.cleared_in_block, summary.settled_in_block, report.finalized_block
    );
    let mut lines = vec![
        Line::default(),
        Line::default()
            .and(Style::Bold, names.hours(report.slot))
            .and(Style::Faint, format!("  slot {}  ", report.slot))
            .and(Style::Green, states),
    ];
    if !report.traded() {
        lines.push(Line::default().and(Style::Faint, format!("  nothing traded ({} readings)", summary.readings)));
        return lines;
    }
    lines.push(
        Line::default()
            .and(Style::Plain, "  traded ")
            .and(Style::Bold, kwh(summary.bought_wh))
            .and(Style::Plain, format!(" for {}", euro(summary.paid_ueur)))
            .and(
                Style::Faint,
                format!("  (network {}, rent {})", euro(summary.network_fees_ueur), euro(summary.congestion_rent_ueur)),
            ),
    );
    lines.extend(names.zones.iter().map(|(zone, street)| feeder(report, *zone, street)));
    lines.extend(by_money(report, names, Side::Sell).filter_map(|site| earned(report, site, names)));
    lines.extend(by_money(report, names, Side::Buy).filter_map(|site| bought(report, site, names)));
    lines
}

/// The homes, those first that earned or paid most.
fn by_money(report: &SlotReport, names: &Names, side: Side) -> impl Iterator<Item = SiteId> {
    let mut sites: Vec<(u128, SiteId)> =
        names.sites.keys().map(|site| (report.of_site(*site, side).1, *site)).collect();
    sites.sort_unstable_by_key(|(ueur, site)| (Reverse(*ueur), *site));
    sites.into_iter().map(|(_, site)| site)
}

fn feeder(report: &SlotReport, zone: ZoneId, street: &Street) -> Line {
    let line = Line::default().and(Style::Plain, format!("  {:<14}", street.name));
    let Some(result) = report.zones.get(&zone) else { return line.and(Style::Faint, "no price") };
    // A price at which nothing was traded would be read as what one could have had.
    let trades = report.fills.iter().any(|fill| fill.zone == zone);
    let line = match result.price_ueur_per_kwh.filter(|_| trades) {
        Some(ueur) => line.and(Style::Cyan, format!("{:>13}", price(ueur))),
        None => line.and(Style::Faint, format!("{:>13}", "no trade")),
    };
    let line = line.and(Style::Faint, format!("  {}", flow(result.net_export_wh)));
    let most = if result.net_export_wh > 0 { street.capacity_up_wh } else { street.capacity_down_wh };
    if result.net_export_wh.unsigned_abs() >= most { line.and(Style::Yellow, "  the line is full") } else { line }
}

fn earned(report: &SlotReport, site: SiteId, names: &Names) -> Option<Line> {
    let (wh, ueur) = report.of_site(site, Side::Sell);
    let minted = report.minted_ren.get(&site).copied().unwrap_or_default();
    (wh > 0).then(|| {
        Line::default()
            .and(Style::Green, "  ▲ ")
            .and(Style::Plain, format!("{:<12}{:>10}", names.site(site), kwh(wh)))
            .and(Style::Green, format!("  +{}", euro(ueur)))
            .and(Style::Faint, format!("  +{}", ren(minted)))
    })
}

fn bought(report: &SlotReport, site: SiteId, names: &Names) -> Option<Line> {
    let (wh, ueur) = report.of_site(site, Side::Buy);
    let retail = u128::from(wh) * u128::from(RETAIL_UEUR_PER_KWH) / 1000;
    (wh > 0).then(|| {
        Line::default()
            .and(Style::Yellow, "  ▼ ")
            .and(Style::Plain, format!("{:<12}{:>10}", names.site(site), kwh(wh)))
            .and(Style::Plain, format!("  -{}", euro(ueur)))
            .and(Style::Faint, format!("  saved {}", euro(retail.saturating_sub(ueur))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Fill, ZoneResult};
    use deren_primitives::{OrderStepId, SlotState, SlotSummary};
    use std::num::NonZeroU32;

    fn names() -> Names {
        let street = Street { name: "Mill Lane".into(), capacity_up_wh: 500, capacity_down_wh: 900 };
        Names {
            sites: BTreeMap::from([(SiteId(1), "Adler".into()), (SiteId(2), "Brandt".into())]),
            zones: BTreeMap::from([(ZoneId(1), street)]),
            clock: SlotClock::new(NonZeroU32::new(12).expect("not zero")),
            simulated: SimulatedTime { t0_unix_ms: 1_200_000, start_unix_s: 39_600, speed_permille: 75_000 },
        }
    }

    fn report(wh: u32, net_export_wh: i64) -> SlotReport {
        let fill = |site, side, amount_ueur| Fill {
            step: OrderStepId::new(SiteId(site), side, 0),
            zone: ZoneId(1),
            quantity_wh: wh,
            price_ueur_per_kwh: 100_000,
            amount_ueur,
        };
        SlotReport {
            slot: Slot(101),
            summary: SlotSummary {
                state: SlotState::Settled,
                cleared_in_block: 4,
                settled_in_block: 5,
                readings: 2,
                bought_wh: wh.into(),
                sold_wh: wh.into(),
                paid_ueur: 50_500,
                received_ueur: 50_000,
                network_fees_ueur: 0,
                congestion_rent_ueur: 0,
                protocol_fee_ueur: 500,
                dust_ueur: 0,
                amounts_rounded: 3,
            },
            zones: BTreeMap::from([(ZoneId(1), ZoneResult { price_ueur_per_kwh: Some(100_000), net_export_wh })]),
            fills: vec![fill(1, Side::Sell, 50_000), fill(2, Side::Buy, 50_500)],
            minted_ren: BTreeMap::from([(SiteId(1), 500_000_000_000)]),
            finalized_block: 6,
        }
    }

    fn text(report: &SlotReport) -> String {
        lines(report, &names()).iter().map(|line| format!("{}\n", line.plain())).collect()
    }

    #[test]
    fn a_slot_says_who_earned_and_who_saved() {
        let text = text(&report(500, 0));
        for part in [
            "11:15–11:30",
            "cleared #4 · settled #5 · finalised #6",
            "0.500 kWh",
            "10.00 ct/kWh",
            "▲ Adler",
            "+0.0500 €  +0.500 REN",
            "▼ Brandt",
            "-0.0505 €  saved 0.1095 €",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
        assert!(!text.contains("full"));
    }

    #[test]
    fn a_full_line_is_named() {
        assert!(text(&report(500, 500)).contains("0.500 kWh out  the line is full"));
        assert!(!text(&report(500, -500)).contains("full"));
    }

    #[test]
    fn a_slot_without_trade_shows_no_price() {
        let mut report = report(500, 0);
        report.summary.bought_wh = 0;
        report.fills.clear();
        let text = text(&report);
        assert!(text.contains("nothing traded (2 readings)") && !text.contains("ct/kWh"), "{text}");
    }

    #[test]
    fn lines_fit_a_narrow_terminal() {
        for line in lines(&report(500, 500), &names()) {
            assert!(line.plain().chars().count() <= 79, "{}", line.plain());
        }
    }
}
