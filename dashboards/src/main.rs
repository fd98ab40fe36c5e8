//! `deren-dashboards`: indexer, API and pages in one process.

fn main() {}
