//! `deren-weights`: runs the benchmarks of a runtime's Wasm that was built for them, and writes what they measure.
//!
//! It is the SDK's `benchmark pallet` alone, so that the node itself carries no benchmarks and nothing needs RocksDB.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

fn main() -> sc_cli::Result<()> {
    PalletCmd::parse().run_with_spec::<BlakeTwo256, ()>(None)
}
