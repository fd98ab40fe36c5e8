//! Builds this crate twice more, for Wasm: for chains in earnest, and with sudo for `--chain dev`. Without the feature `std` this
//! is one of these times. The two share all that is compiled but this crate.

#[cfg(feature = "std")]
fn main() {
    // The first keeps the default names, which tools look for.
    builder().build();
    builder().set_file_name("wasm_binary_sudo.rs").enable_feature("sudo").build();
}

#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn builder() -> substrate_wasm_builder::WasmBuilder {
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
}

#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn builder() -> substrate_wasm_builder::WasmBuilder {
    substrate_wasm_builder::WasmBuilder::init_with_defaults().enable_metadata_hash("REN", 12)
}

#[cfg(not(feature = "std"))]
fn main() {}
