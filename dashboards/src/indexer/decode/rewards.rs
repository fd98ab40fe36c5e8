//! REN for producers.

use super::{
    Done, EventRows,
    types::{Bytes32, fields},
};
use subxt::dynamic::Value;

fields! { Accrued { era: u32, slot: u32, site: u32, owner: Bytes32, rewarded_wh: u64 } }
fields! { Rewarded { era: u32, owner: Bytes32, wh: u64, amount: u128 } }
fields! { Carried { owner: Bytes32, amount: u128 } }
fields! { EraPaid { era: u32, minted: u128, wh: u64, earners: u32 } }
fields! { Halted { era: u32, error: Value } }

pub(super) fn read(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "Accrued" => accrued(out, false),
        "LeftOut" => accrued(out, true),
        "Rewarded" => {
            let Rewarded { era, owner, wh, amount } = out.fields()?;
            let row = out.row("rewards").number("era", era).bytes("owner", &owner);
            let _ = row.number("wh", wh).number("amount_ren", amount);
            Ok(())
        }
        "RewardCarried" => carried(out, false),
        "CarriedPaid" => carried(out, true),
        "EraPaid" => {
            let EraPaid { era, minted, wh, earners } = out.fields()?;
            let row = out.row("eras_paid").number("era", era).number("minted_ren", minted);
            let _ = row.number("wh", wh).number("earners", earners);
            Ok(())
        }
        "PayingHalted" => {
            let Halted { era, error } = out.fields()?;
            let row = out.row("halts").text("what", "rewards").null("market").null("slot").number("era", era);
            let _ = row.text("error", &error.to_string());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn accrued(out: &mut EventRows<'_, '_>, left_out: bool) -> Done {
    let Accrued { era, slot, site, owner, rewarded_wh } = out.fields()?;
    let row = out.row("accruals").number("era", era).number("slot", slot).number("site", site);
    let _ = row.bytes("owner", &owner).number("rewarded_wh", rewarded_wh).flag("left_out", left_out);
    Ok(())
}

fn carried(out: &mut EventRows<'_, '_>, paid: bool) -> Done {
    let Carried { owner, amount } = out.fields()?;
    let row = out.row("rewards_carried").bytes("owner", &owner);
    let _ = row.number("amount_ren", amount).flag("paid", paid);
    Ok(())
}
