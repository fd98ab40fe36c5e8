//! What is read of a telegram, by its codes.

/// Largest telegram that is taken, bytes; real ones have 200 to 700.
pub const MAX_BYTES: usize = 4 * 1_024;
/// OBIS code of all imported energy, 1-0:1.8.0*255.
pub(super) const IMPORT: [u8; 6] = [1, 0, 1, 8, 0, 255];
/// OBIS code of all exported energy, 1-0:2.8.0*255.
pub(super) const EXPORT: [u8; 6] = [1, 0, 2, 8, 0, 255];
/// OBIS code of the power of all phases, import less export, 1-0:16.7.0*255.
pub(super) const POWER: [u8; 6] = [1, 0, 16, 7, 0, 255];
/// Code of Wh in the DLMS list of units (IEC 62056-62).
pub(super) const WATT_HOUR: u8 = 30;
/// Code of W in the same.
pub(super) const WATT: u8 = 27;
