//! The indexer against real nodes and real databases: whatever happens on the way, the rows are those of a clean run.

mod commands;
mod declarations;
mod decoding;
mod forks;
mod head;
mod hypertables;
mod interruptions;
mod notices;
mod partition;
mod shards;
mod storage;
mod support;
