//! Where the programs are: ours beside the running executable, the system's in its usual folders.

use crate::{NeighbourhoodError, Result};
use deren_testing::{programs_folder, system_program};
use std::path::PathBuf;

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
    let folder = programs_folder().map_err(NeighbourhoodError::file("the running executable"))?;
    let program = folder.join(name);
    if program.is_file() { Ok(program) } else { Err(NeighbourhoodError::BinaryMissing { name, folder }) }
}

pub(crate) fn system(name: &'static str) -> Result<PathBuf> {
    system_program(name).ok_or(NeighbourhoodError::ProgramMissing { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_with_what_to_do() {
        let error = system("deren-does-not-exist").expect_err("missing");
        assert!(error.to_string().contains("apt install deren-does-not-exist"), "{error}");
        let error = NeighbourhoodError::BinaryMissing { name: "deren-node", folder: "/nowhere".into() };
        assert!(error.to_string().contains("make test"), "{error}");
    }
}
