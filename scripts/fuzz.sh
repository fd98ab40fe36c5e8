#!/usr/bin/env bash
# Builds the fuzz targets on the stable toolchain and runs them one after the other: fuzz.sh [RUNS [TARGET…]].
# libFuzzer's coverage needs only stable compiler flags, those that cargo-fuzz passes too; no sanitizer, since no code
# of ours is unsafe.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
runs=${1:-100000}
shift || true

host=$(rustc -vV | sed -n 's/^host: //p')
target_dir="${CARGO_TARGET_DIR:-target}/fuzz"
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0"
CARGO_TARGET_DIR=$target_dir cargo build --locked --release --target "$host" --bins >&2

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//')
for name in "${targets[@]}"; do
    mkdir -p "corpus/$name" "artifacts/$name"
    echo "fuzz: $name, $runs runs" >&2
    # 512 MB, and inputs as long as a device may send: beyond either is a defect.
    "$target_dir/$host/release/$name" "corpus/$name" "seeds/$name" -runs="$runs" -max_len=16384 -rss_limit_mb=512 \
        -timeout=10 -artifact_prefix="artifacts/$name/" -print_final_stats=1
done
