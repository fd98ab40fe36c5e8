//! What a family may give to a search: for each kind of place, how to look for its devices there. Whoever gives nothing
//! for a kind of place has no devices there. A probe only reads, and one thing at a time.

use crate::{DeviceUri, Library, MeterError, Record, uri::broker::Broker, wire::Wire};
use async_trait::async_trait;
use std::net::{IpAddr, Ipv4Addr};

/// Time-out of each connection and request, ms: slow devices take 500.
pub const TIMEOUT_MS: u32 = 1_500;

/// What happens while a search runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A device was found.
    Found(Record),
    /// Something answered, but could not be read; the search goes on.
    Trouble(MeterError),
    /// How many steps are done, and how many there are: hosts and ports, settings of serial ports, seconds at a broker.
    Progress {
        /// Steps done.
        done: usize,
        /// Steps in all.
        total: usize,
    },
}

/// Is told what happens as it happens.
pub(crate) type Tell<'a> = &'a (dyn Fn(Event) + Send + Sync);

/// A look at one place.
pub(crate) struct Look<'a> {
    /// Templates by which devices are known and read.
    pub(crate) library: &'a Library,
    /// Is told what is found, and what cannot be read.
    pub(crate) tell: Tell<'a>,
    /// Is told of each step that is done.
    pub(crate) tick: &'a (dyn Fn() + Send + Sync),
}

impl Look<'_> {
    /// Tells of records that were found.
    pub(crate) fn found(&self, records: &[Record]) {
        for record in records {
            (self.tell)(Event::Found(record.clone()));
        }
    }

    /// Tells of what went wrong.
    pub(crate) fn trouble(&self, error: MeterError) {
        (self.tell)(Event::Trouble(error));
    }
}

/// What became of a look at a serial port, which carries one kind of device alone.
pub(crate) enum OnLine {
    /// These devices are there.
    Found(Vec<Record>),
    /// None of this family: others may be there.
    Others,
    /// The port cannot be read, which was told of.
    Unreadable,
}

/// A service that devices announce by multicast DNS.
pub(crate) struct Service {
    /// Its name, such as `_shelly._tcp.local`.
    pub(crate) name: &'static str,
    /// The device that announced it, or how its owner can have it read.
    pub(crate) device: fn(Announced<'_>) -> Result<DeviceUri, MeterError>,
}

/// Who announced a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced<'a> {
    /// The name that the device, or its owner, gave to it.
    pub(crate) name: &'a str,
    /// Where the announcement came from.
    pub(crate) address: IpAddr,
    /// TCP port of its service, if the same answer tells it.
    pub(crate) port: Option<u16>,
}

/// How a search finds the devices of a family.
#[async_trait]
pub(crate) trait Probe: Send + Sync {
    /// TCP ports on which its devices usually listen, the most usual first.
    fn ports(&self, _library: &Library) -> Vec<u16> {
        Vec::new()
    }

    /// True if its devices may listen on any other port that is named.
    fn takes_any_port(&self) -> bool {
        false
    }

    /// The usual port of its devices, if they are web servers.
    fn web_port(&self) -> Option<u16> {
        None
    }

    /// The devices at a host and port.
    async fn host(&self, _wire: &Wire, _look: &Look<'_>) -> Vec<Record> {
        Vec::new()
    }

    /// In how many steps the progress at a serial port is told.
    fn line_steps(&self) -> usize {
        0
    }

    /// The devices on a serial port.
    async fn line(&self, _path: &str, _look: &Look<'_>) -> OnLine {
        OnLine::Others
    }

    /// The services that its devices announce.
    fn services(&self) -> &'static [Service] {
        &[]
    }

    /// The devices that answer, or tell by themselves, on the network of the interface with that address.
    async fn network(&self, _interface: Ipv4Addr, _look: &Look<'_>) -> Vec<Record> {
        Vec::new()
    }

    /// In how many steps the progress at a broker is told.
    fn broker_steps(&self) -> usize {
        0
    }

    /// The devices that publish to a broker. Where one `may_be_missing`, nobody is told that none is there.
    async fn broker(&self, _broker: &Broker, _may_be_missing: bool, _look: &Look<'_>) -> Vec<Record> {
        Vec::new()
    }
}

/// For a family whose devices another family's search finds, or none can.
pub(crate) struct Nowhere;

impl Probe for Nowhere {}
