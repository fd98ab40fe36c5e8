//! Devices that announce themselves by multicast DNS (RFC 6762), as services of their families. One question goes out
//! on one interface, and answers come back to its sender alone; nothing is announced, and no group is joined.

use super::{
    is_private,
    probe::{Announced, Event, Look, Service},
};
use crate::{Library, MeterError, Record, families::FAMILIES, open_with, record::read_by};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, TYPE, rdata::RData};
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};
use tokio::{
    net::UdpSocket,
    time::{Instant, timeout_at},
};

/// Where everybody listens who announces something.
const GROUP: (Ipv4Addr, u16) = (Ipv4Addr::new(224, 0, 0, 251), 5353);
/// The question is asked so often, with this pause after each.
const QUESTIONS: u8 = 3;
const PAUSE: Duration = Duration::from_millis(1_200);
/// Most answers that are looked at, and most devices told of.
const MAX_ANSWERS: usize = 512;
const MAX_DEVICES: usize = 64;
/// Most records of an answer.
const MAX_RECORDS: u32 = 256;
/// Largest message by RFC 6762.
const MAX_BYTES: usize = 9_000;

/// The services that are asked for.
fn services() -> impl Iterator<Item = &'static Service> {
    FAMILIES.iter().flat_map(|family| family.probe.services())
}

/// A device that announced itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Heard {
    /// Which of the services it announced.
    service: usize,
    name: String,
    /// TCP port of its service, if the same answer tells it.
    port: Option<u16>,
}

/// The devices that announce themselves on the interface with that address.
///
/// # Errors
/// [`MeterError::Unreachable`] if there is no such interface.
pub(super) async fn place(interface: Ipv4Addr, look: &Look<'_>) -> Result<Vec<Record>, MeterError> {
    let failed = |error: std::io::Error| MeterError::Unreachable {
        endpoint: format!("multicast DNS on {interface}"),
        reason: error.into(),
    };
    // By its address the system chooses the interface that the question leaves through.
    let socket = UdpSocket::bind((interface, 0)).await.map_err(failed)?;
    let question = question();
    let mut heard: BTreeSet<(Heard, IpAddr)> = BTreeSet::new();
    let mut answers = 0;
    let mut buffer = vec![0; MAX_BYTES];
    for _ in 0..QUESTIONS {
        socket.send_to(&question, GROUP).await.map_err(failed)?;
        let until = Instant::now() + PAUSE;
        while answers < MAX_ANSWERS {
            let Ok(received) = timeout_at(until, socket.recv_from(&mut buffer)).await else { break };
            let Ok((length, from)) = received else { continue };
            answers += 1;
            if is_private(from.ip()) && heard.len() < MAX_DEVICES {
                let devices = read(buffer.get(..length).unwrap_or_default());
                heard.extend(devices.into_iter().map(|device| (device, from.ip())));
            }
        }
    }
    let mut records = Vec::new();
    for (device, address) in heard.into_iter().take(MAX_DEVICES) {
        match device.look(address, look.library).await {
            Ok(record) => {
                (look.tell)(Event::Found(record.clone()));
                records.push(record);
            }
            Err(error) => look.trouble(error),
        }
    }
    Ok(records)
}

/// Who has such a service? Answers are wanted by the sender alone.
fn question() -> Vec<u8> {
    let mut packet = Packet::new_query(0);
    for service in services() {
        let (kind, class) = (QTYPE::TYPE(TYPE::PTR), QCLASS::CLASS(CLASS::IN));
        packet.questions.push(Question::new(Name::new_unchecked(service.name), kind, class, true));
    }
    packet.build_bytes_vec().unwrap_or_default()
}

/// Any bytes as an answer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn answer(bytes: &[u8]) {
    assert!(read(bytes).len() <= MAX_RECORDS as usize);
}

/// The devices that an answer names.
fn read(bytes: &[u8]) -> Vec<Heard> {
    // Four counts after id and flags; room is made for as many records as they say.
    let counts = bytes.get(4..12).unwrap_or_default().chunks_exact(2);
    let records: u32 = counts.map(|count| count.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))).sum();
    if records > MAX_RECORDS {
        return Vec::new();
    }
    let Ok(packet) = Packet::parse(bytes) else { return Vec::new() };
    if !packet.has_flags(PacketFlag::RESPONSE) {
        return Vec::new();
    }
    let records = || packet.answers.iter().chain(&packet.additional_records);
    let mut found = Vec::new();
    for record in records() {
        let RData::PTR(pointer) = &record.rdata else { continue };
        let name = record.name.to_string();
        let known = services().position(|service| name.eq_ignore_ascii_case(service.name));
        let Some(service) = known else { continue };
        // The instance's name is the first label; what it holds was chosen by the device or its owner.
        let label = pointer.0.get_labels().first().map(|label| label.to_string()).unwrap_or_default();
        let name: String = label.chars().filter(|c| !c.is_control()).take(64).collect();
        let port = records().find_map(|record| match &record.rdata {
            RData::SRV(server) if record.name == pointer.0 => Some(server.port).filter(|port| *port != 0),
            _ => None,
        });
        if !name.is_empty() {
            found.push(Heard { service, name, port });
        }
    }
    found
}

impl Heard {
    /// Reads the device, or says how it can be read.
    async fn look(self, address: IpAddr, library: &Library) -> Result<Record, MeterError> {
        let Self { service, name, port } = self;
        let unknown =
            || MeterError::Unreachable { endpoint: address.to_string(), reason: "its service is unknown".into() };
        let service = services().nth(service).ok_or_else(unknown)?;
        let uri = (service.device)(Announced { name: &name, address, port })?;
        read_by(open_with(&uri, library).await?.as_mut(), uri).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use simple_dns::{ResourceRecord, rdata::PTR};

    fn answer(service: &'static str, instance: &'static str) -> Packet<'static> {
        let mut packet = Packet::new_reply(0);
        let pointer = RData::PTR(PTR(Name::new_unchecked(instance)));
        packet.answers.push(ResourceRecord::new(Name::new_unchecked(service), CLASS::IN, 120, pointer));
        packet
    }

    #[test]
    fn an_answer_names_the_devices_of_known_services_only() {
        let shelly = answer("_shelly._tcp.local", "shellypro3em-0cb8._shelly._tcp.local");
        let read_by = |packet: &Packet<'_>| read(&packet.build_bytes_vec().expect("bytes"));
        assert_eq!(read_by(&shelly), [Heard { service: 0, name: "shellypro3em-0cb8".into(), port: None }]);
        let printer = answer("_ipp._tcp.local", "printer._ipp._tcp.local");
        assert_eq!(read_by(&printer), []);
        let mut echo = shelly.clone();
        echo.remove_flags(PacketFlag::RESPONSE);
        assert_eq!(read_by(&echo), [], "a question is no answer");
        let mut boastful = shelly.build_bytes_vec().expect("bytes");
        boastful[4..6].fill(0xff);
        assert_eq!(read(&boastful), [], "more records than any answer has");
    }

    #[test]
    fn the_question_asks_for_every_service_and_for_an_answer_to_us_alone() {
        let bytes = question();
        let packet = Packet::parse(&bytes).expect("parses");
        let asked: Vec<(String, bool)> =
            packet.questions.iter().map(|question| (question.qname.to_string(), question.unicast_response)).collect();
        assert_eq!(asked, ["_shelly._tcp.local", "_hwenergy._tcp.local"].map(|service| (service.to_owned(), true)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_ignored(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_damaged_answer_is_read_or_ignored(at in 0usize..80, value: u8) {
            let packet = answer("_shelly._tcp.local", "shellypro3em-0cb8._shelly._tcp.local");
            let mut bytes = packet.build_bytes_vec().expect("bytes");
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            let _ = read(&bytes);
        }
    }
}
