//! t
use crate::uri::Wire;
/// One wire.
pub struct Bus {
    #[allow(dead_code)]
    wire: Wire,
}
