//! One neighbourhood trades, settles and ends: the demo itself, as a program that others call.

use deren_neighbourhood::{Binaries, Totals};
use std::process::Command;

#[test]
fn the_demo_leaves_after_settled_slots_with_a_line_that_adds_up() {
    Binaries::find().unwrap_or_else(|error| panic!("{error}"));
    let output = Command::new(env!("CARGO_BIN_EXE_deren-neighbourhood"))
        .args(["--until-settled", "2", "--homes", "4", "--seed", "7"])
        .output()
        .expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{said}", output.status);

    let stdout = String::from_utf8(output.stdout).expect("text");
    assert_eq!(stdout.lines().count(), 1, "more than the one line on standard output:\n{stdout}");
    let totals: Totals = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    totals.check().unwrap_or_else(|difference| panic!("{difference}: {stdout}"));
    assert_eq!(totals.slots, 2);
    assert!(totals.readings >= 8, "four grid meters in two slots: {stdout}");
    assert!(totals.bought_wh > 0 && totals.paid_ueur > totals.received_ueur, "{stdout}");
    // Whether anything crosses between feeders is the weather's choice; the protocol fee is not.
    assert!(totals.protocol_fee_ueur > 0, "{stdout}");
    assert!(totals.minted_ren > 0 && totals.finalized_block > 0, "{stdout}");

    for shown in ["cleared #", "settled #", "finalised #", "ct/kWh", "Mill Lane", "Adler"] {
        assert!(said.contains(shown), "`{shown}` was not shown:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "colours where no terminal is:\n{said}");
}
