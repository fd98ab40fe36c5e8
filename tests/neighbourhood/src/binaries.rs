//! Where the programs are: ours beside the running executable, the system's in its usual folders.

use crate::{NeighbourhoodError, Result};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The programs that a neighbourhood consists of.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// The chain's node.
    pub node: PathBuf,
    /// A home's gateway.
    pub gateway: PathBuf,
    /// The simulated devices.
    pub simulator: PathBuf,
    /// Indexer, API and pages.
    pub dashboards: PathBuf,
    /// The MQTT broker.
    pub mosquitto: PathBuf,
}

impl Binaries {
    /// Finds all of them.
    pub fn find() -> Result<Self> {
        Ok(Self {
            node: ours("deren-node")?,
            gateway: ours("deren-gateway")?,
            simulator: ours("deren-simulator")?,
            dashboards: ours("deren-dashboards")?,
            mosquitto: system("mosquitto")?,
        })
    }
}

/// One of our own programs. They are looked for where this executable is; a test's executable lies in `deps`, one
/// folder below. `DEREN_BINARIES` names another folder.
pub fn ours(name: &'static str) -> Result<PathBuf> {
    let folder = match env::var_os("DEREN_BINARIES") {
        Some(folder) => PathBuf::from(folder),
        None => beside_us()?,
    };
    existing(&folder, name).ok_or(NeighbourhoodError::BinaryMissing { name, folder })
}

/// The profile's folder (`target/debug` or the like) of the running executable.
fn beside_us() -> Result<PathBuf> {
    let own = env::current_exe().map_err(NeighbourhoodError::file("the running executable"))?;
    let folder = own.parent().unwrap_or(Path::new("."));
    Ok(match folder.file_name() {
        Some(name) if name == "deps" || name == "examples" => folder.parent().unwrap_or(folder),
        _ => folder,
    }
    .to_owned())
}

fn existing(folder: &Path, name: &str) -> Option<PathBuf> {
    Some(folder.join(name)).filter(|path| path.is_file())
}

/// Debian puts daemons in `/usr/sbin`, which is not in everyone's PATH.
pub(crate) fn system(name: &'static str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .find_map(|folder| existing(&folder, name))
        .ok_or(NeighbourhoodError::ProgramMissing { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tests_executable_looks_in_the_profiles_folder() {
        let folder = beside_us().expect("we run");
        assert_ne!(folder.file_name().expect("a folder"), "deps");
    }

    #[test]
    fn a_missing_program_is_named_with_what_to_do() {
        let error = system("deren-does-not-exist").expect_err("missing");
        assert!(error.to_string().contains("apt install deren-does-not-exist"), "{error}");
        let error = NeighbourhoodError::BinaryMissing { name: "deren-node", folder: "/nowhere".into() };
        assert!(error.to_string().contains("make test"), "{error}");
    }
}
