//! A stand-in for the crate `wasm-opt`, for the build of the runtime alone.
//!
//! The runtime's builder (`substrate-wasm-builder`) compacts the Wasm with two passes of Binaryen. The crate that it
//! asks for compiles all of Binaryen for that, which takes a quarter of an hour of one core. This one has the calls
//! that the builder makes, and starts the same version's program, which `scripts/setup.sh` installs.

use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

/// Names the program, where it is not the one that the set-up installed.
const PROGRAM: &str = "DEREN_WASM_OPT";

/// What Binaryen is to do with a module.
#[derive(Debug)]
pub struct OptimizationOptions {
    arguments: Vec<&'static str>,
}

/// A step that Binaryen takes.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
    /// Takes away what a debugger reads.
    StripDwarf,
    /// Writes the instructions that extend a sign as those of the first version of Wasm.
    SignextLowering,
}

/// Why a module was not written.
#[derive(Debug)]
pub struct OptimizationError(String);

impl OptimizationOptions {
    /// Does nothing by itself.
    pub fn new_opt_level_0() -> Self {
        Self { arguments: Vec::new() }
    }

    /// Takes a module of the first version of Wasm only.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self.with("--mvp-features")
    }

    /// Keeps the names of functions.
    pub fn debug_info(&mut self, keep: bool) -> &mut Self {
        if keep { self.with("--debuginfo") } else { self }
    }

    /// Adds a step to those before it.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        self.with(match pass {
            Pass::StripDwarf => "--strip-dwarf",
            Pass::SignextLowering => "--signext-lowering",
        })
    }

    /// Reads the module at one path and writes what comes of it to the other.
    ///
    /// # Errors
    ///
    /// The program is missing, or it refused the module; the error has its words.
    pub fn run(&self, module: impl AsRef<Path>, written: impl AsRef<Path>) -> Result<(), OptimizationError> {
        let program = program();
        let output = Command::new(&program)
            .args(&self.arguments)
            .arg(module.as_ref())
            .arg("--output")
            .arg(written.as_ref())
            .output()
            .map_err(|error| {
                let program = program.display();
                OptimizationError(format!(
                    "{program} does not start ({error}): run scripts/setup.sh, or name Binaryen's wasm-opt in {PROGRAM}"
                ))
            })?;
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(OptimizationError(format!("{} ends with {}: {}", program.display(), output.status, words.trim())))
    }

    fn with(&mut self, argument: &'static str) -> &mut Self {
        self.arguments.push(argument);
        self
    }
}

impl fmt::Display for OptimizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OptimizationError {}

/// The program that the environment names, or the one that the set-up installed.
fn program() -> PathBuf {
    let cache = || {
        let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        folder("DEREN_CACHE").or_else(|| Some(folder("HOME")?.join(".cache/deren")))
    };
    let named: Option<OsString> = env::var_os(PROGRAM);
    named.map(PathBuf::from).or_else(|| Some(cache()?.join("tools/bin/wasm-opt"))).unwrap_or_else(|| "wasm-opt".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wasm's magic, its version, and nothing else.
    const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn compacted(module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
        let folder = tempfile::tempdir().expect("a folder");
        let (read, written) = (folder.path().join("read.wasm"), folder.path().join("written.wasm"));
        std::fs::write(&read, module).expect("written");
        OptimizationOptions::new_opt_level_0()
            .mvp_features_only()
            .debug_info(true)
            .add_pass(Pass::StripDwarf)
            .add_pass(Pass::SignextLowering)
            .run(&read, &written)?;
        Ok(std::fs::read(&written).expect("a module"))
    }

    #[test]
    fn a_module_is_written() {
        let module = compacted(EMPTY_MODULE).expect("a module");
        assert!(module.starts_with(EMPTY_MODULE), "{module:?}");
    }

    #[test]
    fn what_is_no_module_is_refused_with_the_programs_words() {
        let error = compacted(b"no module").expect_err("refused").to_string();
        assert!(error.contains("wasm-opt") && error.contains("pars"), "{error}");
    }
}
