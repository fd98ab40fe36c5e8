//! Readings, and what metering noted about them.

use super::{
    Done, EventRows,
    types::{Bytes32, Role, fields, variant},
};
use subxt::dynamic::Value;

fields! {
    Accepted {
        gateway: Bytes32, market: u32, site: u32, role: Role, reading: Reading, hash: Bytes32, energies: Energies,
        verdict: u16,
    }
}
fields! {
    /// The parts of a signed reading that rows are made of.
    Reading {
        device: Bytes32, first_slot: u32, slot_count: u16, register_epoch: u32, registers: Registers, quality: u16,
        clock_error_ms: u32, samples: u32, max_gap_ms: u32, sequence: u64,
    }
}
fields! {
    /// Registers at the boundaries.
    Registers { import_open_mwh: u64, import_close_mwh: u64, export_open_mwh: u64, export_close_mwh: u64 }
}
fields! {
    /// Whole Wh.
    Energies { import_wh: u64, export_wh: u64 }
}
fields! { Refused { gateway: Bytes32, device: Bytes32, sequence: u64, hash: Bytes32, error: Value } }
fields! { Closed { first: u32, through: u32 } }
fields! { OverExport { market: u32, site: u32, slot: u32, surplus_wh: u64, uncorroborated_wh: u64 } }
fields! {
    Equivocation {
        gateway: Bytes32, key_epoch: u32, device: Bytes32, sequence: u64, first: Bytes32, second: Bytes32,
        reporter: Bytes32,
    }
}

pub(super) fn read(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "ReadingAccepted" => accepted(out),
        "ReadingRefused" => refused(out),
        "SlotsClosed" => {
            let Closed { first, through } = out.fields()?;
            let _ = out.row("slots_closed").number("first_slot", first).number("through_slot", through);
            Ok(())
        }
        "OverExport" => over_export(out),
        "Equivocation" => equivocation(out),
        _ => Ok(()),
    }
}

fn accepted(out: &mut EventRows<'_, '_>) -> Done {
    let Accepted { gateway, market, site, role, reading, hash, energies, verdict } = out.fields()?;
    let (starts_at, registers) = (out.starts_at(reading.first_slot), &reading.registers);
    let row = out.row("readings").moment("starts_at", starts_at).number("market", market).number("site", site);
    let row = row.bytes("gateway", &gateway).bytes("device", &reading.device).text("role", role.word());
    let row = row.number("first_slot", reading.first_slot).number("slot_count", reading.slot_count);
    let row = row.number("sequence", reading.sequence).number("register_epoch", reading.register_epoch);
    let row = row.number("import_open_mwh", registers.import_open_mwh);
    let row = row.number("import_close_mwh", registers.import_close_mwh);
    let row = row.number("export_open_mwh", registers.export_open_mwh);
    let row = row.number("export_close_mwh", registers.export_close_mwh);
    let row = row.number("import_wh", energies.import_wh).number("export_wh", energies.export_wh);
    let row = row.number("quality", reading.quality).number("verdict", verdict);
    let row = row.number("clock_error_ms", reading.clock_error_ms).number("samples", reading.samples);
    let _ = row.number("max_gap_ms", reading.max_gap_ms).bytes("hash", &hash);
    Ok(())
}

fn refused(out: &mut EventRows<'_, '_>) -> Done {
    let Refused { gateway, device, sequence, hash, error } = out.fields()?;
    let row = out.row("readings_refused").bytes("gateway", &gateway).bytes("device", &device);
    let _ = row.number("sequence", sequence).bytes("hash", &hash).text("error", &variant(&error));
    Ok(())
}

fn over_export(out: &mut EventRows<'_, '_>) -> Done {
    let OverExport { market, site, slot, surplus_wh, uncorroborated_wh } = out.fields()?;
    let row = out.row("over_exports").number("market", market).number("site", site).number("slot", slot);
    let _ = row.number("surplus_wh", surplus_wh).number("uncorroborated_wh", uncorroborated_wh);
    Ok(())
}

fn equivocation(out: &mut EventRows<'_, '_>) -> Done {
    let Equivocation { gateway, key_epoch, device, sequence, first, second, reporter } = out.fields()?;
    let row = out.row("equivocations").bytes("gateway", &gateway).number("key_epoch", key_epoch);
    let row = row.bytes("device", &device).number("sequence", sequence).bytes("first_hash", &first);
    let _ = row.bytes("second_hash", &second).bytes("reporter", &reporter);
    Ok(())
}
