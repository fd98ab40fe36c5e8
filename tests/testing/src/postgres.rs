//! Private PostgreSQL clusters: each in a temporary folder of its own, reached on 127.0.0.1, gone when dropped.
//!
//! It uses no cluster of the machine, listens nowhere else, and needs no rights. PostgreSQL refuses to run as root, so
//! under root it runs as another user that exists already.

mod cluster;
mod error;
mod programs;
mod timescaledb;
mod user;

pub use cluster::{Cluster, ClusterOptions, Database};
pub use error::{PostgresError, Result};
