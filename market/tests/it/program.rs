//! The program `deren-market`, run as anyone would.

mod bad_files;
mod clear_and_verify;
mod round_trip;
mod runner;
