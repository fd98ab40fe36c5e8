//! What a family of devices is: how its URIs are written, and how a search finds its devices. What reads a device is
//! the [`Address`](crate::uri::Address)'s part.

use crate::{DeviceUri, discover::probe::Probe, uri::parts::Parameters};
use std::fmt;
use url::Url;

/// Devices that are named, found and read alike.
pub struct Family {
    /// Schemes of its URIs.
    pub schemes: &'static [&'static str],
    /// From a URI of these schemes, and its parameters, to a device. Or what is wrong, as the end of a sentence that
    /// names the URI.
    pub(crate) parse: fn(&Url, &mut Parameters) -> Result<DeviceUri, String>,
    /// How a search finds its devices.
    pub(crate) probe: &'static dyn Probe,
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("schemes", &self.schemes).finish_non_exhaustive()
    }
}
