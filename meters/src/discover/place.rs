//! One place of a search, and how to look at it.

use super::{Event, announced, broker, line, probe};
use crate::{
    Library, Record,
    uri::{Broker, Wire},
};
use std::net::Ipv4Addr;

/// Where to look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A host and port that may speak Modbus TCP.
    Host(Wire),
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
            Self::Host(_) | Self::Announced(_) | Self::PerhapsBroker(_) => 1,
            Self::Line(_) => line::STEPS,
            Self::Broker(_) => usize::try_from(broker::LISTEN_S).unwrap_or(usize::MAX),
        }
    }

    /// The devices there. `tick` is told of each step that is done; steps that were left out are not told.
    pub(super) async fn look(
        &self,
        library: &Library,
        tell: probe::Tell<'_>,
        tick: &(dyn Fn() + Send + Sync),
    ) -> Vec<Record> {
        match self {
            Self::Host(wire) => probe::place(wire, library, tell).await,
            Self::Line(path) => line::place(path, library, tell, tick).await,
            Self::Announced(interface) => announced::place(*interface, library, tell).await.unwrap_or_else(|error| {
                tell(Event::Trouble(error));
                Vec::new()
            }),
            Self::Broker(place) => broker::place(place, tell, tick).await,
            Self::PerhapsBroker(place) => broker::place_if_there(place, tell).await,
        }
    }
}
