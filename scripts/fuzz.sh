#!/usr/bin/env bash
# Builds the fuzz targets and runs them one after the other: fuzz.sh [RUNS [TARGET…]]. fuzz/README.md says more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../fuzz"
runs=${1:-100000}
shift || true
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(ls seeds | grep -vx runtime)
for name in "${targets[@]}"; do
    [ -d "seeds/$name" ] || { echo "make fuzz: there is no target '$name'" >&2; exit 1; }
done

# The runtime is a chain with all of its pallets: it is compiled only when it is named, and needs no Wasm here.
export SKIP_WASM_BUILD=1
features=()
[[ " ${targets[*]} " != *" runtime "* ]] || features=(--features runtime)

# The versions that everything else is built and tested with; cargo only adds libFuzzer's.
cp ../Cargo.lock Cargo.lock
# Apart from everything else. With `--target` the flags are not for build scripts and macros.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/../target}/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')
# What libFuzzer steers by: counters of each edge, and what numbers are compared with. All of it is stable.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0" \
    cargo build --release --target "$host" "${features[@]}"

# What fuzzing finds worth going on from is kept outside of the checkout; what it found wrong, too, until it is a seed.
kept=$CARGO_TARGET_DIR/kept
for name in "${targets[@]}"; do
    mkdir -p "$kept/$name/corpus" "$kept/$name/found"
    echo "make fuzz: $name" >&2
    # A file of readings has kilobytes; a telegram or a template hardly one.
    # A block's calls have some more, and a chain's state takes more memory.
    longest=2048 memory_mb=256
    case "$name" in
        proof) longest=8192 ;;
        runtime) longest=4096 memory_mb=2048 ;;
    esac
    DEREN_FUZZ_TARGET=$name "$CARGO_TARGET_DIR/$host/release/deren-fuzz" "$kept/$name/corpus" "seeds/$name" \
        -artifact_prefix="$kept/$name/found/" -runs="$runs" -max_len="$longest" -rss_limit_mb="$memory_mb" -timeout=25 \
        -print_final_stats=1
done
