//! Lists the files of `templates` and `quirks`, so that a new device is its file and nothing else.

use std::{env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    for folder in ["templates", "quirks"] {
        println!("cargo:rerun-if-changed={folder}");
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a file's name is no text")?;
            names.push(name.to_owned());
        }
        names.sort_unstable();
        let mut list = String::from("[\n");
        for name in names {
            writeln!(
                list,
                "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{folder}/{name}.toml\"))),"
            )?;
        }
        list.push_str("]\n");
        fs::write(Path::new(&out).join(format!("{folder}.rs")), list)?;
    }
    Ok(())
}
