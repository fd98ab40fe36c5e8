#!/usr/bin/env bash
# Measures what the pallets' calls cost and writes runtime/pallets/*/src/weights.rs. It wants an idle machine.
# Arguments name pallets (registry, metering, purse, matching, rewards, on-ramp, custody, notice, validators); without
# any it does all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Apart from everything else, because benchmarks need another runtime than use does.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/weights
wasm=$CARGO_TARGET_DIR/debug/wbuild/deren-runtime/deren_runtime.wasm
pallets=("$@")
[ "${#pallets[@]}" -gt 0 ] || pallets=(registry metering purse matching rewards on-ramp custody notice validators)
for pallet in "${pallets[@]}"; do
    [ -d "runtime/pallets/$pallet" ] || { echo "make weights: there is no pallet '$pallet'" >&2; exit 1; }
done

cargo build -p deren-runtime --features runtime-benchmarks
# The tool's own test runtime is never run, and its builder would look for it in this workspace.
SKIP_WASM_BUILD=1 cargo build --release --locked --manifest-path runtime/weights/Cargo.toml
for pallet in "${pallets[@]}"; do
    echo "make weights: $pallet"
    "$CARGO_TARGET_DIR/release/deren-weights" \
        --runtime "$wasm" --genesis-builder none --disable-proof-recording \
        --pallet "pallet_deren_${pallet//-/_}" --extrinsic '*' \
        --steps "${STEPS:-20}" --repeat "${REPEAT:-10}" --min-duration 0 \
        --template runtime/weights.hbs --output "runtime/pallets/$pallet/src/weights.rs" --quiet
done
cargo fmt --all
