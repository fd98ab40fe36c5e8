//! Listens at a serial port whether a meter pushes telegrams, at the speeds and parities that such meters have.

use super::{
    source::StreamSource,
    uri::{StreamDevice, Telegrams},
};
use crate::{
    DeviceUri, Library, MeterError, Record,
    discover::probe::{Look, OnLine, Probe},
    driver::watched::Watched,
    record::read_by,
    wire::{Parity, StopBits, Wire},
};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::timeout;

/// How meters push, the most usual first. P1 since DSMR 4 and SML come first. P1 before DSMR 4, and D0 as IEC 62056-21
/// has it, have seven bits of data where there is a parity. D0 with eight bits and slower D0 come last.
const PUSHED: [(Telegrams, u32, Parity); 5] = [
    (Telegrams::P1, 115_200, Parity::None),
    (Telegrams::Sml, 9_600, Parity::None),
    (Telegrams::P1, 9_600, Parity::Even),
    (Telegrams::P1, 9_600, Parity::None),
    (Telegrams::P1, 4_800, Parity::Even),
];
/// It is listened in slices, ms, and after each it is seen what came.
const SLICE_MS: u32 = 1_000;
/// Number of slices for each: older P1 meters push each 10 s. Where nothing at all was heard for that long, at whatever
/// speed, nobody pushes, and the others are left out.
const SLICES: usize = 11;
/// Number of slices where text comes and P1 is listened for. A telegram without a CRC counts between its neighbours, so
/// the first that counts may be the fourth one.
const SLICES_OF_TEXT: usize = 44;
/// Slices of noise where text is wanted, or of text where it is not, after which the speed is another one.
const SLICES_ASTRAY: usize = 2;
/// Fewer bytes of a slice may look like text, or like none, by chance.
const LEAST_BYTES: u64 = 64;
/// How long a port may take to be free again: longer than a busy machine takes to end a task.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// Finds meters that push telegrams.
pub(super) struct StreamProbe;

#[async_trait]
impl Probe for StreamProbe {
    fn line_steps(&self) -> usize {
        PUSHED.len()
    }

    async fn line(&self, path: &str, look: &Look<'_>) -> OnLine {
        for (telegrams, baud, parity) in PUSHED {
            let wire = Wire::Serial { path: path.into(), baud, parity, stop_bits: StopBits::One };
            match pushed(StreamDevice { telegrams, wire, timeout_ms: None }, look.library).await {
                Ok(Some(record)) => {
                    let records = vec![record];
                    look.found(&records);
                    return OnLine::Found(records);
                }
                // Nothing that makes sense like this.
                Ok(None) => (look.tick)(),
                Err(MeterError::NoTelegram { .. }) => break,
                Err(error) => {
                    look.trouble(error);
                    return OnLine::Unreadable;
                }
            }
        }
        OnLine::Others
    }
}

/// The meter that pushes such telegrams. `None` if what is pushed is something else.
///
/// # Errors
/// [`MeterError::NoTelegram`] if nothing is pushed at all; what the port says if it cannot be read.
async fn pushed(device: StreamDevice, library: &Library) -> Result<Option<Record>, MeterError> {
    let of_text = device.telegrams == Telegrams::P1;
    let source = StreamSource::new(StreamDevice { timeout_ms: Some(SLICE_MS), ..device.clone() }, library)?;
    let uri = DeviceUri::from(device);
    let mut driver = Watched::new(Box::new(source), &uri);
    let (mut slices, mut astray) = (SLICES, 0);
    let mut slice = 0;
    let outcome = loop {
        let (bytes_before, text_before) = driver.source().heard();
        let outcome = read_by(&mut driver, uri.clone()).await;
        let (bytes, text) = driver.source().heard();
        match outcome {
            Ok(record) => break Ok(Some(record)),
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => break Err(error),
            Err(error @ MeterError::NoTelegram { .. }) if bytes == 0 && slice + 1 >= slices => break Err(error),
            Err(_) => {}
        }
        let came = bytes.saturating_sub(bytes_before);
        let is_text = text.saturating_sub(text_before) >= came - came / 16;
        if came >= LEAST_BYTES {
            astray += usize::from(is_text != of_text);
            slices = if is_text && of_text { SLICES_OF_TEXT } else { slices };
        }
        slice += 1;
        if slice >= slices || astray >= SLICES_ASTRAY {
            break Ok(None);
        }
    };
    // A task of its own gives the port back. Whoever opens it before that is refused.
    let given_back = driver.source().given_back();
    drop(driver);
    let _ = timeout(GIVEN_BACK, given_back).await;
    outcome
}
