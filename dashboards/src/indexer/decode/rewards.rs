//! REN for producers.

use super::{
    Done, EventRows,
    types::{Bytes32, fields},
};
use subxt::dynamic::Value;

fields! {
    Accrued {
        market: u32, era: u32, slot: u32, site: u32, zone: u32, owner: Bytes32, rewarded_wh: u64, fee_base_ueur: u128,
    }
}
fields! {
    Rewarded { market: u32, era: u32, zone: u32, owner: Bytes32, wh: u64, fee_base_ueur: u128, amount: u128 }
}
fields! {
    /// What fee bases are worth.
    Worth { fees_ueur: u128, rebates_ueur: u128, rate: u128 }
}
fields! { MarketClosed { market: u32, era: u32, fee_bases_ueur: u128, worth: Worth, claims: u128 } }
fields! {
    /// How full an era was.
    Fullness { emission: u128, claims: u128 }
}
fields! { MarketPaid { market: u32, era: u32, minted: u128, wh: u64, earners: u32, fullness: Fullness } }
fields! { Carried { owner: Bytes32, amount: u128 } }
fields! { EraPaid { era: u32, minted: u128, wh: u64, earners: u32 } }
fields! { Halted { market: u32, era: u32, error: Value } }

pub(super) fn read(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "Accrued" => accrued(out, false),
        "LeftOut" => accrued(out, true),
        "Rewarded" => {
            let Rewarded { market, era, zone, owner, wh, fee_base_ueur, amount } = out.fields()?;
            let row = out.row("rewards").number("era", era).bytes("owner", &owner);
            let row = row.number("wh", wh).number("amount_ren", amount).number("market", market);
            let _ = row.number("zone", zone).number("fee_base_ueur", fee_base_ueur);
            Ok(())
        }
        "MarketEraClosed" | "MarketEraPaid" => market_era(event, out),
        "RewardCarried" => carried(out, false),
        "CarriedPaid" => carried(out, true),
        "EraPaid" => {
            let EraPaid { era, minted, wh, earners } = out.fields()?;
            let row = out.row("eras_paid").number("era", era).number("minted_ren", minted);
            let _ = row.number("wh", wh).number("earners", earners);
            Ok(())
        }
        "PayingHalted" => {
            let Halted { market, era, error } = out.fields()?;
            let row = out.row("halts").text("what", "rewards").number("market", market).null("slot");
            let _ = row.number("era", era).text("error", &error.to_string());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn accrued(out: &mut EventRows<'_, '_>, left_out: bool) -> Done {
    let Accrued { market, era, slot, site, zone, owner, rewarded_wh, fee_base_ueur } = out.fields()?;
    let row = out.row("accruals").number("era", era).number("slot", slot).number("site", site);
    let row = row.bytes("owner", &owner).number("rewarded_wh", rewarded_wh).flag("left_out", left_out);
    let _ = row.number("market", market).number("zone", zone).number("fee_base_ueur", fee_base_ueur);
    Ok(())
}

/// What a market's era can claim, and what it was given.
fn market_era(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    if event == "MarketEraClosed" {
        let MarketClosed { market, era, fee_bases_ueur, worth, claims } = out.fields()?;
        let row = out.row("market_eras_closed").number("market", market).number("era", era);
        let row = row.number("fee_bases_ueur", fee_bases_ueur).number("fees_ueur", worth.fees_ueur);
        let row = row.number("rebates_ueur", worth.rebates_ueur).number("rate", worth.rate);
        let _ = row.number("claims_ren", claims);
    } else {
        let MarketPaid { market, era, minted, wh, earners, fullness } = out.fields()?;
        let row = out.row("market_eras_paid").number("market", market).number("era", era);
        let row = row.number("minted_ren", minted).number("wh", wh).number("earners", earners);
        let row = row.number("full_emission_ren", fullness.emission);
        let _ = row.number("full_claims_ren", fullness.claims);
    }
    Ok(())
}

fn carried(out: &mut EventRows<'_, '_>, paid: bool) -> Done {
    let Carried { owner, amount } = out.fields()?;
    let row = out.row("rewards_carried").bytes("owner", &owner);
    let _ = row.number("amount_ren", amount).flag("paid", paid);
    Ok(())
}
