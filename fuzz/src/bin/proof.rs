#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| deren_gateway::fuzzing::proof(data));
