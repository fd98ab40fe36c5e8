//! One file a topic, one mock. The registry is the real one.

mod anchors;
mod clock;
mod equivocation;
mod evidence;
mod faults;
mod flagged;
mod forgetting;
mod measuring;
pub(crate) mod mock;
mod over_export;
mod pace;
mod pool;
mod properties;
mod refused;
mod rotation;
mod sampled;
mod service;
mod tolerance;
