//! One place of a search, and how to look at it: every family that may have devices there is asked, in their order.

use super::{
    mdns,
    probe::{Look, OnLine, Tell},
};
use crate::{
    Library, Record,
    families::{FAMILIES, Family},
    uri::broker::Broker,
    wire::Wire,
};
use std::net::Ipv4Addr;

/// Where to look.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A host and port where devices of a family may listen.
    Host(Wire, &'static Family),
    /// A serial port.
    Line(String),
    /// The interface with that address: who announces itself there.
    Announced(Ipv4Addr),
    /// A broker: who publishes there.
    Broker(Broker),
    /// A host that may have a broker.
    PerhapsBroker(Broker),
}

impl Place {
    /// In how many steps its progress is told.
    pub(super) fn steps(&self) -> usize {
        match self {
            Self::Host(..) | Self::Announced(_) | Self::PerhapsBroker(_) => 1,
            Self::Line(_) => FAMILIES.iter().map(|family| family.probe.line_steps()).sum(),
            Self::Broker(_) => FAMILIES.iter().map(|family| family.probe.broker_steps()).sum(),
        }
    }

    /// The devices there. `tick` is told of each step that is done; steps that were left out are not told.
    pub(super) async fn look(&self, library: &Library, tell: Tell<'_>, tick: &(dyn Fn() + Send + Sync)) -> Vec<Record> {
        let look = Look { library, tell, tick };
        match self {
            Self::Host(wire, family) => family.probe.host(wire, &look).await,
            Self::Line(path) => line(path, &look).await,
            Self::Announced(interface) => announced(*interface, &look).await,
            Self::Broker(place) => broker(place, false, &look).await,
            Self::PerhapsBroker(place) => broker(place, true, &Look { tick: &|| {}, ..look }).await,
        }
    }
}

async fn line(path: &str, look: &Look<'_>) -> Vec<Record> {
    for family in FAMILIES {
        match family.probe.line(path, look).await {
            OnLine::Found(records) => return records,
            OnLine::Unreadable => return Vec::new(),
            OnLine::Others => {}
        }
    }
    Vec::new()
}

async fn announced(interface: Ipv4Addr, look: &Look<'_>) -> Vec<Record> {
    let mut records = mdns::place(interface, look).await.unwrap_or_else(|error| {
        look.trouble(error);
        Vec::new()
    });
    for family in FAMILIES {
        records.extend(family.probe.network(interface, look).await);
    }
    records
}

async fn broker(place: &Broker, may_be_missing: bool, look: &Look<'_>) -> Vec<Record> {
    let mut records = Vec::new();
    for family in FAMILIES {
        records.extend(family.probe.broker(place, may_be_missing, look).await);
    }
    records
}
