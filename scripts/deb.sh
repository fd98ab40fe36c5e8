#!/usr/bin/env bash
# Builds the gateway's Debian package with the profile `edge`, and prints its path. cargo-deb is installed at the first
# run, pinned, beside the cache's other tools. DEREN_TARGET names another machine's target triple; its Rust target and C compiler must
# be there (gateway/README.md says how).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${DEREN_CACHE:-$HOME/.cache/deren}
version=3.8.0
tool=$cache/tools/bin/cargo-deb
target=${DEREN_TARGET:-}

if [ "$("$tool" --version 2>/dev/null)" != "cargo-deb $version" ]; then
    echo "deb: installing cargo-deb $version" >&2
    # Without optimisation: it runs for seconds, and compiles in a third of the time.
    CARGO_TARGET_DIR=$cache/tools/target cargo install --quiet --locked --force --debug --root "$cache/tools" --version "$version" cargo-deb >&2
    rm -rf "$cache/tools/target"
fi

cd "$here"
cargo build --profile edge -p deren-gateway --bin deren-gateway ${target:+--target "$target"} >&2
"$tool" deb --quiet --no-build --no-strip --profile edge -p deren-gateway ${target:+--target "$target"}
