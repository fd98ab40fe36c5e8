//! Rows of the export: nothing lost, nothing twice, whatever was read and settled.

use super::*;
use crate::books::BookQuality;
use deren_primitives::{DeviceId, OrderStepId, ReadingVerdict, Side, ZoneId};
use proptest::prelude::*;
use std::{collections::BTreeMap, num::NonZeroU32};

const MARKET: MarketId = MarketId(3);

fn reading(slot: u32, site: u32, import_wh: u64, export_wh: u64) -> GridReading {
    GridReading {
        slot: Slot(slot),
        slot_count: 1,
        site: SiteId(site),
        zone: Some(ZoneId(4)),
        device: DeviceId([site as u8; 32]),
        import_wh,
        export_wh,
        verdict: ReadingVerdict::GOOD,
        over_export: false,
        block_number: 7,
        finalized: true,
    }
}

fn fill(slot: u32, site: u32, side: Side, quantity_wh: u64, amount_ueur: u64) -> Fill {
    Fill {
        slot: Slot(slot),
        step: OrderStepId::new(SiteId(site), side, 0),
        zone: ZoneId(4),
        quantity_wh,
        price_ueur_per_kwh: 120_000,
        amount_ueur,
        block_number: 9,
        finalized: false,
    }
}

fn page(readings: Vec<GridReading>, fills: Vec<Fill>, payments: Vec<Payment>) -> Page {
    let block_hashes = BTreeMap::from([(7, [0x77; 32]), (9, [0x99; 32])]);
    Page { market: MARKET, readings, fills, payments, block_hashes }
}

fn lines(page: Page) -> Vec<String> {
    let clock = Clock { slot_seconds: NonZeroU32::new(900).expect("not zero"), slot_energy_seconds: 3600 };
    let text = csv::write(&rows(page), clock);
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_fill_and_what_is_left_of_its_reading() {
    let lines =
        lines(page(vec![reading(2_000_000, 1, 0, 1_000)], vec![fill(2_000_000, 1, Side::Sell, 600, 72_000)], vec![]));
    let meter = format!("0x{}", "01".repeat(32));
    let (accepted, settled) = (format!("0x{}", "77".repeat(32)), format!("0x{}", "99".repeat(32)));
    let traded = format!(
        "2027-01-15T08:00:00Z,900,3600,3,4,1,{meter},export,600,120000,72000,0,72000,good,3/2000000/24,9,{settled},false"
    );
    let left = format!("2027-01-15T08:00:00Z,900,3600,3,4,1,{meter},export,400,,,,0,good,,7,{accepted},true");
    assert_eq!(lines, [traded, left]);
}

#[test]
fn every_line_has_as_many_cells_as_the_header() {
    let payment = Payment {
        slot: Slot(5),
        kind: PaymentKind::NetworkFee(ZoneId(2)),
        amount_ueur: 11,
        block_number: 9,
        finalized: true,
    };
    let lines = lines(page(vec![reading(5, 1, 7, 0)], vec![fill(5, 1, Side::Buy, 7, 1)], vec![payment]));
    let cells = HEADER.trim_end().split(',').count();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.split(',').count() == cells), "{lines:?}");
    assert!(lines[1].contains(",3,2,,,network_fee,0,,,,11,,3/5/zone-2,9,"), "{}", lines[1]);
}

#[test]
fn price_times_energy_and_the_fee_are_the_amount() {
    // 600 Wh for 11.2 cents a kWh and one per cent.
    let bought = Fill { price_ueur_per_kwh: 112_000, ..fill(5, 1, Side::Buy, 600, 67_872) };
    // 7 Wh are 0.84 cents, of which the seller gets the whole µ€.
    let sold = Fill { price_ueur_per_kwh: 119_999, ..fill(5, 2, Side::Sell, 7, 839) };
    let rows = rows(page(vec![], vec![bought, sold], vec![]));
    let amounts: Vec<_> = rows.iter().map(|row| (row.energy_amount_ueur(), row.protocol_fee_ueur())).collect();
    assert_eq!(amounts, [(Some(67_200), Some(672)), (Some(839), Some(0))]);
}

#[test]
fn zero_measured_is_a_row_and_nothing_measured_is_none() {
    let zero = rows(page(vec![reading(5, 1, 0, 0)], vec![], vec![]));
    assert_eq!(zero.iter().map(|row| (row.direction, row.energy_wh)).collect::<Vec<_>>(), [(Direction::Import, 0)]);
    assert!(rows(page(vec![], vec![], vec![])).is_empty());
}

#[test]
fn what_is_flagged_late_or_estimated_is_there_and_says_so() {
    for (verdict, quality) in [
        (ReadingVerdict::ESTIMATED, BookQuality::Estimated),
        (ReadingVerdict::LATE, BookQuality::Late),
        (ReadingVerdict::BACKWARD, BookQuality::Flagged),
    ] {
        let reading = GridReading { verdict, slot_count: 4, ..reading(5, 1, 80, 0) };
        let rows = rows(page(vec![reading], vec![], vec![]));
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].quality, rows[0].energy_wh, rows[0].slot_count), (Some(quality), 80, 4));
    }
}

#[test]
fn the_part_of_an_over_export_that_did_not_trade_is_flagged() {
    let reading = GridReading { over_export: true, ..reading(5, 1, 0, 900) };
    let rows = rows(page(vec![reading], vec![fill(5, 1, Side::Sell, 500, 5)], vec![]));
    let qualities: Vec<_> = rows.iter().map(|row| (row.energy_wh, row.quality)).collect();
    assert_eq!(qualities, [(500, Some(BookQuality::Good)), (400, Some(BookQuality::Flagged))]);
}

#[test]
fn a_fill_without_a_reading_still_counts() {
    let rows = rows(page(vec![], vec![fill(5, 1, Side::Buy, 40, 4)], vec![]));
    assert_eq!((rows.len(), rows[0].meter, rows[0].amount_ueur, rows[0].quality), (1, None, 4, None));
}

#[test]
fn pages_grow_and_shrink_to_a_bounded_number_of_rows() {
    assert_eq!(slots_of_next_page(4, 0), 16);
    assert_eq!(slots_of_next_page(4, 8_000), 4);
    assert_eq!(slots_of_next_page(4, 80_000), 1);
    assert_eq!(slots_of_next_page(2_000, 1), 2_000);
    assert_eq!(slots_of_next_page(1, 1_000_000), 1);
}

proptest! {
    #[test]
    fn sums_are_what_was_measured_and_what_was_settled(
        sites in proptest::collection::vec(((0..3u32, 0..2_000u64, 0..2_000u64), (0..=100u64, 0..=100u64), 0..1_000_000u64), 0..40),
        payments in proptest::collection::vec((0..3u32, 0..1_000_000u64), 0..10),
    ) {
        let (mut readings, mut fills) = (vec![], vec![]);
        for (site, ((slot, import_wh, export_wh), (bought, sold), amount_ueur)) in (0..).zip(sites) {
            readings.push(reading(slot, site, import_wh, export_wh));
            for (side, quantity_wh) in [(Side::Buy, import_wh * bought / 100), (Side::Sell, export_wh * sold / 100)] {
                if quantity_wh > 0 {
                    fills.push(fill(slot, site, side, quantity_wh, amount_ueur));
                }
            }
        }
        let payments: Vec<Payment> = payments
            .into_iter()
            .map(|(slot, amount_ueur)| Payment {
                slot: Slot(slot), kind: PaymentKind::Dust, amount_ueur, block_number: 9, finalized: true,
            })
            .collect();
        let rows = rows(page(readings.clone(), fills.clone(), payments.clone()));
        let sum = |direction, settled: bool| -> (u64, u64) {
            let rows = rows.iter().filter(|row| row.direction == direction);
            let rows = rows.filter(|row| !settled || !row.settlement_id.is_empty());
            rows.fold((0, 0), |(wh, ueur), row| (wh + row.energy_wh, ueur + row.amount_ueur))
        };
        for (direction, side) in [(Direction::Import, Side::Buy), (Direction::Export, Side::Sell)] {
            let measured: u64 = readings.iter().map(|r| if side == Side::Buy { r.import_wh } else { r.export_wh }).sum();
            let of_side = fills.iter().filter(|fill| fill.step.side() == side);
            let settled = of_side.fold((0, 0), |(wh, ueur), fill| (wh + fill.quantity_wh, ueur + fill.amount_ueur));
            prop_assert_eq!(sum(direction, false).0, measured);
            prop_assert_eq!(sum(direction, true), settled);
        }
        prop_assert_eq!(sum(Direction::Dust, true).1, payments.iter().map(|payment| payment.amount_ueur).sum::<u64>());
        prop_assert!(rows.is_sorted_by_key(|row| row.slot));
    }
}
