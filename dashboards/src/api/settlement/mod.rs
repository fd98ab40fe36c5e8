//! Settlement data that reconciles to the Wh and to the µ€.

pub mod export;
