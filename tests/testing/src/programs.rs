//! Where programs are: our own, and those of the system.

use std::{
    env, io,
    path::{Path, PathBuf},
};

/// The folder of our programs: `DEREN_BINARIES`, or the profile's folder (`target/debug` or the like) of the running
/// executable. A test's executable lies in `deps`, one folder below.
pub fn programs_folder() -> io::Result<PathBuf> {
    if let Some(folder) = env::var_os("DEREN_BINARIES") {
        return Ok(folder.into());
    }
    let own = env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    Ok(match folder.file_name() {
        Some(name) if name == "deps" || name == "examples" => folder.parent().unwrap_or(folder),
        _ => folder,
    }
    .to_owned())
}

/// The path of one of our programs; panics if it has not been built.
pub fn program(name: &str) -> PathBuf {
    let program = programs_folder().expect("we run").join(name);
    assert!(program.is_file(), "{} is missing: `make test` builds it", program.display());
    program
}

/// Where a program of the system is, if it is installed. Debian puts daemons in `/usr/sbin`, which is not in everyone's
/// PATH.
pub fn system_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// The MQTT broker that tests run against; panics if it is not installed.
pub fn mosquitto() -> PathBuf {
    system_program("mosquitto").expect("these tests need mosquitto: install the package mosquitto")
}

/// Where set-up installs what it needs; `None` if nothing says where that is.
pub fn cache() -> Option<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/deren"));
    env::var_os("DEREN_CACHE").map(PathBuf::from).or_else(home)
}

/// The Python that has the independent readers which `scripts/peers.sh` installs; `None` if it is not there.
pub fn peers_python() -> Option<PathBuf> {
    let installed = || cache().map(|cache| cache.join("peers/bin/python"));
    env::var_os("DEREN_PEERS_PYTHON").map(PathBuf::from).or_else(installed).filter(|python| python.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tests_executable_looks_in_the_profiles_folder() {
        let folder = programs_folder().expect("we run");
        assert_ne!(folder.file_name().expect("a folder"), "deps");
    }
}
