//! Gives the committed inputs of fuzzing to what they were found with, on the ordinary toolchain and without libFuzzer.
//! Included by the tests of `deren-meters`, `deren-gateway` and `deren-runtime`.

use std::path::Path;

/// Gives every input of the targets to them: what fuzzing began with, and what it found. A panic names the input.
pub(super) fn replay<Target: Fn(&[u8])>(targets: &[(&str, Target)]) {
    for (name, target) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name);
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut count = 0;
        for entry in entries {
            let path = entry.expect("an entry").path();
            println!("{}", path.display());
            target(&std::fs::read(&path).expect("an input"));
            count += 1;
        }
        assert!(count > 0, "{} is empty", folder.display());
    }
}
