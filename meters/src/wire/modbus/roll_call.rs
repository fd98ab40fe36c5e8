//! A roll call on a Modbus TCP host: which unit ids answer anything at all.
//!
//! A unit that is not there mostly says nothing, and each one costs its time-out if it is asked alone. The frames of
//! Modbus TCP carry a number, so one connection can be asked for the next unit while the one before may still answer.

use super::{Bus, Link, line};
use crate::{MeterError, Unreached, patience::Patience, wire::Wire};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_modbus::{client, slave::Slave};

/// How long the next unit waits for an answer of the one before.
const WINDOW: Duration = Duration::from_millis(500);
/// Time between two questions of which the second is to be heard while the first is waited for.
const APART: Duration = Duration::from_millis(50);
/// Registers that are asked for, two of each: where SunSpec's marker may be. What is not there is refused, which is an
/// answer.
const ADDRESSES: [u16; 3] = [40_000, 0, 50_000];
/// Longest frame of Modbus TCP after its number and protocol, by its specification.
const MAX_LENGTH: u16 = 254;

/// Who is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RollCall {
    /// Units that answered, by number.
    pub(crate) present: Vec<u8>,
    /// Units that said nothing to any question.
    pub(crate) silent: Vec<u8>,
    /// A unit answered only when it was asked again: it may want silence after connecting.
    pub(crate) was_hasty: bool,
    /// Somebody said that nobody of some number is behind it, or hears nothing while it waits for one: others may be.
    pub(crate) is_gateway: bool,
}

impl RollCall {
    /// Several are there, or somebody that passes questions on. It may have been too busy with a missing unit to hear
    /// the question for the next.
    pub(crate) fn may_be_more(&self) -> bool {
        self.is_gateway || self.present.len() > 1
    }
}

/// A question that was sent.
struct Question {
    number: u16,
    unit: u8,
}

impl Bus {
    /// Asks every unit on one connection, which later requests go over. `None` where that cannot be done: on a serial
    /// line, where the bus is connected already, or where the host hangs up.
    ///
    /// # Errors
    /// [`MeterError::Unreachable`] if nobody takes the connection.
    pub(crate) async fn roll_call(&self, units: &[u8], patience: &Patience) -> Result<Option<RollCall>, MeterError> {
        let Wire::Tcp { host, port } = self.wire() else { return Ok(None) };
        #[cfg(any(test, feature = "fuzzing"))]
        if self.connects.is_some() {
            return Ok(None);
        }
        let mut state = self.state.lock().await;
        if state.link.is_some() {
            return Ok(None);
        }
        let limit = patience.timing.timeout(self.wire());
        let unreachable = |reason: Unreached| MeterError::Unreachable { endpoint: self.wire().to_string(), reason };
        let mut stream = line::connect_tcp(host, *port, limit).await.map_err(|error| unreachable(error.into()))?;
        let Some(call) = call(&mut stream, units, limit).await else { return Ok(None) };
        // A gateway may still have answers to come, which nobody waits for any more. And who wants silence after
        // connecting is to show it at a connection that is new.
        if !(call.was_hasty || call.may_be_more() && !call.silent.is_empty()) {
            self.connections.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let link: Link = client::tcp::attach_slave(stream, Slave(0));
            state.link = Some(link);
        }
        Ok(Some(call))
    }
}

/// Asks for each address in turn those units that have said nothing yet. It ends when somebody has answered and the
/// ones before have had a second chance. `None` if the connection is lost or carries something else.
async fn call(stream: &mut TcpStream, units: &[u8], limit: Duration) -> Option<RollCall> {
    let mut found = RollCall { silent: units.to_vec(), ..RollCall::default() };
    let mut asked: Vec<Question> = Vec::new();
    let mut to_ask = units.to_vec();
    for address in ADDRESSES {
        for unit in &to_ask {
            let number = u16::try_from(asked.len()).ok()?;
            asked.push(Question { number, unit: *unit });
            stream.write_all(&request(number, *unit, address)).await.ok()?;
            listen(stream, &asked, &mut found, Instant::now() + WINDOW, Some(number)).await?;
        }
        found.was_hasty |= address != ADDRESSES[0] && to_ask.iter().any(|unit| found.present.contains(unit));
        let nobody_yet = found.present.is_empty() && !found.is_gateway;
        // Some want silence after connecting: the first questions were too soon, and those units are asked once more.
        let first = units.iter().position(|unit| !found.silent.contains(unit)).unwrap_or(units.len());
        let before: Vec<u8> = units.iter().take(first).copied().collect();
        let again = if nobody_yet || (first > 0 && address == ADDRESSES[0]) { before } else { Vec::new() };
        if again.is_empty() {
            break;
        }
        to_ask = again;
    }
    if let Some(silent) = found.silent.first().copied() {
        // The last that were asked have as long as the first.
        listen(stream, &asked, &mut found, Instant::now() + limit.saturating_sub(WINDOW), None).await?;
        if let [present] = found.present[..] {
            found.is_gateway |= !hears_meanwhile(stream, &mut asked, silent, present).await?;
        }
    }
    found.present.sort_unstable();
    Some(found)
}

/// True if `present` answers while a question to `silent` may still be waited for: then nobody was too busy with one to
/// hear the next. `None` as for [`listen`].
async fn hears_meanwhile(stream: &mut TcpStream, asked: &mut Vec<Question>, silent: u8, present: u8) -> Option<bool> {
    let mut found = RollCall { silent: vec![silent, present], ..RollCall::default() };
    for unit in [silent, present] {
        let number = u16::try_from(asked.len()).ok()?;
        asked.push(Question { number, unit });
        stream.write_all(&request(number, unit, ADDRESSES[0])).await.ok()?;
        let until = Instant::now() + if unit == silent { APART } else { WINDOW };
        listen(stream, asked, &mut found, until, Some(number)).await?;
    }
    Some(found.present.contains(&present))
}

/// Takes answers until then, or until the one to question `wanted` is there. `None` for what is no answer.
async fn listen(
    stream: &mut TcpStream,
    asked: &[Question],
    found: &mut RollCall,
    until: Instant,
    wanted: Option<u16>,
) -> Option<()> {
    let mut header = [0u8; 6];
    let mut have = 0;
    loop {
        let Some(rest) = header.get_mut(have..).filter(|rest| !rest.is_empty()) else {
            let [number_high, number_low, 0, 0, length_high, length_low] = header else { return None };
            let (number, length) =
                (u16::from_be_bytes([number_high, number_low]), u16::from_be_bytes([length_high, length_low]));
            if !(3..=MAX_LENGTH).contains(&length) {
                return None;
            }
            let mut body = vec![0; length.into()];
            timeout_at(until + WINDOW, stream.read_exact(&mut body)).await.ok()?.ok()?;
            let question = asked.iter().find(|question| question.number == number)?;
            match (body.get(1), body.get(2)) {
                // Gateway path unavailable, or the device behind it does not answer.
                (Some(0x80..), Some(10 | 11)) => {
                    found.is_gateway = true;
                    found.silent.retain(|unit| *unit != question.unit);
                }
                _ if found.silent.contains(&question.unit) => {
                    found.silent.retain(|unit| *unit != question.unit);
                    found.present.push(question.unit);
                }
                _ => {}
            }
            if wanted == Some(number) {
                return Some(());
            }
            have = 0;
            continue;
        };
        match timeout_at(until, stream.read(rest)).await {
            // Half a header and then nothing is no proper answer.
            Err(_) if have == 0 => return Some(()),
            Err(_) | Ok(Ok(0) | Err(_)) => return None,
            Ok(Ok(count)) => have += count,
        }
    }
}

/// Two holding registers of a unit from `address`.
fn request(number: u16, unit: u8, address: u16) -> [u8; 12] {
    let ([number_high, number_low], [address_high, address_low]) = (number.to_be_bytes(), address.to_be_bytes());
    [number_high, number_low, 0, 0, 0, 6, unit, 3, address_high, address_low, 0, 2]
}
