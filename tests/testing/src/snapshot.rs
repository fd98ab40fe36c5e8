//! Files that are committed and must be what the code makes.

use std::{env, fs, path::Path};

/// True if `DEREN_UPDATE_SNAPSHOTS` is set: then tests write the files that they otherwise compare with.
pub fn updates_snapshots() -> bool {
    env::var_os("DEREN_UPDATE_SNAPSHOTS").is_some()
}

/// Holds what the code makes against a committed file, or writes the file if that is asked for.
///
/// `test` is what `cargo test` needs to run the calling test alone; a failure names it.
#[track_caller]
pub fn assert_snapshot(file: impl AsRef<Path>, made: impl AsRef<[u8]>, test: &str) {
    let (file, made) = (file.as_ref(), made.as_ref());
    if updates_snapshots() {
        fs::write(file, made).expect("the file is written");
    }
    assert!(
        fs::read(file).unwrap_or_default() == made,
        "{} is not what the code makes; look at the change and commit it:\n\
         DEREN_UPDATE_SNAPSHOTS=1 cargo test {test}",
        file.display()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_is_named_with_the_command_that_writes_it() {
        if updates_snapshots() {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.txt");
        fs::write(&file, "one").expect("written");
        assert_snapshot(&file, "one", "-p a");
        let differs = std::panic::catch_unwind(|| assert_snapshot(&file, "two", "-p a")).expect_err("it differs");
        let text = differs.downcast_ref::<String>().expect("a text");
        assert!(text.contains("kept.txt") && text.contains("SNAPSHOTS=1 cargo test -p a"), "{text}");
        assert_eq!(fs::read(&file).expect("it is there"), b"one");
    }
}
