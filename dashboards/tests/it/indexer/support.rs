//! What the tests start and look at: nodes, databases, the dashboards' own program.

pub mod encode;
pub mod metadata;
pub mod node;
pub mod program;
pub mod rows;
pub mod wait;
pub mod world;
