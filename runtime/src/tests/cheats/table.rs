//! The threat model's table: what it says of each cheat, that it says nothing else, and that it is plain about what
//! pays.

/// The threat model, as it is read.
const THREAT_MODEL: &str = include_str!("../../../../docs/design/threat-model.md");

/// The rooms in which what cheats yield is computed.
const ROOMS: [&str; 8] = [
    include_str!("energy.rs"),
    include_str!("halts.rs"),
    include_str!("identities.rs"),
    include_str!("keys.rs"),
    include_str!("money.rs"),
    include_str!("options.rs"),
    include_str!("rewards.rs"),
    include_str!("space.rs"),
];

/// Each cheat, what it yielded a day by the first rules, and what it yields a day now.
const CHEATS: &[(&str, &str, &str)] = &[
    ("trade at price 0 between one's own two sites", "26.40 €", "0.00 €"),
    ("trade with oneself at a real price", "25.87 €", "−0.53 €"),
    ("a ring of two owners", "25.87 €", "−0.05 €"),
    ("a ring with its operator, who approves it two points of 1 MW", "2000.00 €", "−17.16 €"),
    ("made-up registers of a 10 kW point", "79.20 €", "53.66 €"),
    ("the same with a register step of 1 kWh", "136.80 €", "53.66 €"),
    ("a register step of 1 kWh, and no sun", "57.60 €", "0.00 €"),
    ("sell 5% more than is shown, at 10 kW all day", "2.40 €", "0.96 €"),
    ("sell 15 kWh of hidden own use", "4.50 €", "3.03 €"),
    ("say good of a guess", "79.20 €", "0.00 €"),
    ("hold 11 kWh of noon back for the evening", "2.20 €", "−0.88 €"),
    ("sell a battery's 10 kWh from the grid as the sun's", "3.00 €", "2.03 €"),
    ("last look: leave out 5 kWh that are cheaper elsewhere", "0.61 €", "0.61 €"),
    ("move money away while the market lags six hours", "23 of 24 slots not paid", "20 of 24 slots not paid"),
    ("one connection point as a second site", "79.20 €", "0.00 €"),
    ("rate fifteen devices at the whole connection", "3960 kWh shown", "264 kWh shown"),
    ("take a device's name that its owner gave up", "taken", "refused"),
    ("take a device's name before its owner registers it", "taken", "taken"),
    ("bring the same reading twice", "0.00 €", "0.00 €"),
    ("bring a reading of a slot that is not over", "0.00 €", "0.00 €"),
    ("a site's free readings of slots since 1970", "6792.1 MB of blocks", "0.7 MB of blocks"),
    ("fill blocks with free readings", "100% of a block", "85% of a block"),
    ("go before honest readings by the highest attempt", "100% of them", "0% of them"),
    ("make fees rise by free readings", "+156%", "+0%"),
    ("halt the chain for six hours", "83% of readings late", "0% of readings late"),
    ("halt finality for six hours", "20 of 24 slots worthless", "0 of 24 slots worthless"),
    ("make one market stand still", "16 of 16 stand", "1 of 16 stand"),
    ("freeze the account of all purses", "16 of 16 stand", "0 of 16 stand"),
    ("freeze all euros", "16 of 16 stand", "0 of 16 stand"),
    ("take the account of all purses with the on-ramp's key", "100% of it", "0% of it"),
    ("issue euros that nobody paid for, with the on-ramp's key", "no bound", "100% of the daily cap"),
    ("take the price spread as a network fee", "52.80 €", "13.20 €"),
    ("lock what the treasury was due", "100% of it", "0% of it"),
    ("leave 1000 devices behind", "for 3.75 €", "for 50.00 €"),
    ("equivocate as a gateway, then rotate the key", "the proof is void", "the proof holds"),
    ("equivocate as a validator, then set new keys", "82 of 84 sessions served", "0 of 84 sessions served"),
    ("let the council change everything", "0 days' notice", "7 days' notice"),
    ("begin a chain in which one decides alone", "a council of 1", "a council of 3"),
    ("let a node check all state for nothing", "open to anyone", "refused"),
    ("read from the chain when a home is away", "96 quarter-hours", "96 quarter-hours"),
];

/// µ€ as the table shows them: half a cent is a whole one.
pub fn euros(ueur: i128) -> String {
    let cents = (ueur.unsigned_abs() + 5_000) / 10_000;
    let sign = if ueur < 0 && cents > 0 { "−" } else { "" };
    format!("{sign}{}.{:02} €", cents / 100, cents % 100)
}

/// Asserts that the table says the same of a cheat.
#[track_caller]
pub fn table_says(name: &str, before: impl Into<String>, after: impl Into<String>) {
    let row = CHEATS.iter().find(|cheat| cheat.0 == name).expect("the table names it");
    let (before, after) = (before.into(), after.into());
    assert_eq!((before.as_str(), after.as_str()), (row.1, row.2), "{name}: computed, and in the table");
}

/// A line of the threat model's table of cheats: its name, and what it yields before and after.
fn row(line: &str) -> Option<(&str, &str, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let (name, _finding, before, after) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some((name, before, after))
}

/// What of a threat model's table is not as it is computed, if anything: the first row that differs, is missing or is
/// there twice.
fn drift(threat_model: &str) -> Option<String> {
    let Some((_, chapter)) = threat_model.split_once("\n## Each cheat, before and after\n") else {
        return Some("the chapter is missing".into());
    };
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    // The first two lines are the table's head.
    let mut rows = chapter.lines().filter_map(row).skip(2);
    let differs = CHEATS.iter().find_map(|cheat| {
        let shown = rows.next();
        (shown != Some(*cheat)).then(|| format!("{cheat:?} is computed, and {shown:?} is shown"))
    });
    differs.or_else(|| rows.next().map(|more| format!("{more:?} is shown, and not computed")))
}

#[test]
fn the_threat_model_shows_what_is_computed_and_nothing_else() {
    assert_eq!(drift(THREAT_MODEL), None);
}

#[test]
fn a_row_that_is_missing_or_different_or_there_twice_is_found() {
    for (name, before, after) in CHEATS {
        let is_row = |line: &str| row(line) == Some((*name, *before, *after));
        let line = THREAT_MODEL.lines().find(|line| is_row(line)).expect("it is there");
        let edits = [String::new(), format!("{line}\n{line}"), line.replacen(&format!("| {after} |"), "| 1 |", 1)];
        for edit in edits {
            let edited: Vec<_> = THREAT_MODEL.lines().map(|of| if of == line { edit.as_str() } else { of }).collect();
            assert!(drift(&edited.join("\n")).is_some(), "{edit}");
        }
    }
}

/// Rows that say that something is still there, and the chapter that says so plainly.
#[test]
fn what_still_pays_is_said_with_its_amount() {
    let (table, chapter) = THREAT_MODEL.split_once("\n## What still pays\n").expect("it has this chapter");
    let chapter = chapter.split_whitespace().collect::<Vec<_>>().join(" ");
    let rows: Vec<_> = table.lines().filter(|line| line.contains("| **still ")).filter_map(row).collect();
    assert!(rows.len() > 10, "{rows:?}");
    for (name, _, after) in rows {
        assert!(chapter.contains(after), "{name}: {after}");
    }
    // And no other amount a day is said there.
    for (place, _) in chapter.match_indices(" € a day") {
        let amount = chapter[..place].rsplit(' ').next().unwrap_or_default();
        let after = format!("{amount} €");
        assert!(CHEATS.iter().any(|cheat| cheat.2 == after), "{after}");
    }
}

#[test]
fn each_cheat_is_computed_once() {
    for (name, ..) in CHEATS {
        let quoted = format!("\"{name}\"");
        let times: usize = ROOMS.iter().map(|room| room.matches(&quoted).count()).sum();
        assert_eq!(times, 1, "{name}");
    }
}

#[test]
fn cents_are_rounded_away_from_nothing() {
    assert_eq!(
        [0, 4_999, 5_000, -4_999, -5_000, -1_234_567].map(euros).join(" "),
        "0.00 € 0.00 € 0.01 € 0.00 € −0.01 € −1.23 €"
    );
}
