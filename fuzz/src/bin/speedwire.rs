#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| deren_meters::fuzzing::speedwire(data));
