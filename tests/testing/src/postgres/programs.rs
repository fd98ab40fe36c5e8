//! Where PostgreSQL's programs are. Debian keeps them out of PATH, in a folder for each version.

use super::{PostgresError, Result};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

const DEBIAN: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 5] = ["initdb", "postgres", "pg_isready", "createdb", "psql"];
/// Names a folder of programs that are taken before any other.
const CHOSEN: &str = "DEREN_POSTGRES_BIN";

/// A folder that holds all programs that a cluster needs.
#[derive(Clone, Debug)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// The chosen folder, the newest version of Debian's, or else the first in PATH: the first of them that is whole.
    pub(crate) fn find() -> Result<Self> {
        let mut folders: Vec<PathBuf> = env::var_os(CHOSEN).map(PathBuf::from).into_iter().collect();
        folders.extend(versions(Path::new(DEBIAN)));
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        Self::find_in(&folders)
    }

    fn find_in(folders: &[PathBuf]) -> Result<Self> {
        let missing = |folder: &PathBuf| NEEDED.into_iter().find(|program| !folder.join(program).is_file());
        let whole = folders.iter().find(|folder| missing(folder).is_none());
        whole.map(|folder| Self(folder.clone())).ok_or_else(|| PostgresError::ProgramMissing {
            // What is missing where most is there: a machine may have the client alone.
            program: folders
                .iter()
                .filter_map(missing)
                .max_by_key(|program| NEEDED.iter().position(|n| n == program))
                .unwrap_or("initdb"),
            looked_in: format!("{DEBIAN}/*/bin and PATH"),
        })
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

/// `…/15/bin` and the like, the newest first.
fn versions(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|version| std::cmp::Reverse(version.0));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_programs_are_named_with_what_to_do() {
        let empty = tempfile::tempdir().expect("a folder");
        let error = Programs::find_in(&[empty.path().to_owned()]).expect_err("nothing there").to_string();
        assert!(error.contains("initdb") && error.contains("apt install postgresql-15"), "{error}");
    }

    #[test]
    fn a_machine_with_the_client_alone_lacks_the_server() {
        let client = tempfile::tempdir().expect("a folder");
        for program in ["initdb", "pg_isready", "createdb", "psql"] {
            fs::write(client.path().join(program), "").expect("written");
        }
        let error = Programs::find_in(&[client.path().to_owned()]).expect_err("no server").to_string();
        assert!(error.starts_with("postgres was not found"), "{error}");
    }

    #[test]
    fn the_newest_version_comes_first() {
        let debian = tempfile::tempdir().expect("a folder");
        for version in ["9", "15", "13", "other"] {
            fs::create_dir(debian.path().join(version)).expect("made");
        }
        let found = versions(debian.path());
        assert_eq!(found.len(), 3);
        assert!(found[0].ends_with("15/bin") && found[2].ends_with("9/bin"));
    }
}
