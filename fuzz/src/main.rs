//! One program for all targets, of which `DEREN_FUZZ_TARGET` names one. Its arguments are libFuzzer's.
#![no_main]

use deren_gateway::fuzzing::TARGETS as OF_GATEWAY;
use deren_meters::fuzzing::{TARGETS as OF_METERS, Target};
use std::{env, sync::LazyLock};

#[cfg(feature = "runtime")]
const OF_RUNTIME: &[Target] = &[("runtime", deren_runtime::fuzzing::runtime)];
#[cfg(not(feature = "runtime"))]
const OF_RUNTIME: &[Target] = &[];

/// What every input is given to.
static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = env::var("DEREN_FUZZ_TARGET").expect("DEREN_FUZZ_TARGET names a target");
    let all = [OF_METERS, OF_GATEWAY, OF_RUNTIME].concat();
    let found = all.into_iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("there is no target '{name}'")).1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
