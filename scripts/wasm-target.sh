#!/usr/bin/env bash
# Makes sure that a Rust here can build for wasm32v1-none, which the runtime needs. Writes which one into env.mk and
# env.sh in ~/.cache/deren (or $DEREN_CACHE).
#
# Two ways, the first that works. One is rustup's own target for the toolchain in use. The other, where rustup cannot
# download, is Debian's packages as a second toolchain, with core, alloc and compiler_builtins built from its sources.
# DEREN_WASM_WAY=rustup or =debian takes only that one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DEREN_CACHE:-$HOME/.cache/deren}
target_dir=${CARGO_TARGET_DIR:-$cache/target}
way=${DEREN_WASM_WAY:-any}
target=wasm32v1-none
toolchain=deren-wasm
download_seconds=120

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

case $way in any | rustup | debian) ;; *) fail "DEREN_WASM_WAY is '$way': it can be 'rustup' or 'debian'" ;; esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# True if the Rust that is started by these words can build for the target.
can_build() {
    printf '#![no_std]\nextern crate alloc;\n' >"$work/probe.rs"
    "$@" --edition 2024 --crate-type lib --target "$target" --out-dir "$work" "$work/probe.rs" >/dev/null 2>&1
}

# Remembers the choice. Objects that another Rust compiled cannot be linked, so a change of Rust deletes them.
choose() {
    local name=$1 rust=$2
    printf '%s\n' "# Written by scripts/wasm-target.sh." "${name:+export WASM_BUILD_TOOLCHAIN := $name}" >"$cache/env.mk"
    printf '%s\n' "# Written by scripts/wasm-target.sh." "${name:+export WASM_BUILD_TOOLCHAIN=$name}" >"$cache/env.sh"
    if [ "$(cat "$cache/wasm-rust" 2>/dev/null)" != "$rust" ]; then
        rm -rf "$target_dir"/*/wbuild
        printf '%s\n' "$rust" >"$cache/wasm-rust"
    fi
}

rustup_way() {
    if ! can_build rustc; then
        say "asking rustup for the target $target (at most $download_seconds s)"
        RUSTUP_MAX_RETRIES=1 timeout "$download_seconds" rustup target add "$target" </dev/null >"$work/log" 2>&1 || return 1
        can_build rustc || return 1
    fi
    say "the runtime is built by rustup's own toolchain ($(rustc -V))"
    choose "" "$(rustc -vV)"
}

debian_packages() {
    local missing="" package
    for package in rustc-web cargo-web rust-web-src lld-19; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "installing packages:$missing"
    # shellcheck disable=SC2086 # a list of words
    "$here/apt-install.sh" $missing
}

# Runs its words as root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || fail "not root, and no sudo: as root, run 'scripts/wasm-target.sh'"
        sudo "$@"
    fi
}

# rustc looks for the linker here; Debian's own link, if any, points at an lld that Debian 12 lacks.
debian_linker() {
    local bin
    bin=/usr/lib/rustlib/$(/usr/bin/rustc -vV | sed -n 's/^host: //p')/bin
    [ -x "$bin/rust-lld" ] || { as_root mkdir -p "$bin" && as_root ln -sfn /usr/bin/lld-19 "$bin/rust-lld"; }
}

# Builds core, alloc and compiler_builtins for the target, with the bitcode that link-time optimisation needs.
debian_core() {
    local lib=/usr/lib/rustlib/$target/lib rlib
    say "building core and alloc for $target (about half a minute)"
    mkdir -p "$work/core/src"
    printf '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$work/core/Cargo.toml"
    printf '#![no_std]\n' >"$work/core/src/lib.rs"
    (
        cd "$work/core"
        env -u CARGO_ENCODED_RUSTFLAGS -u RUSTC -u RUSTC_WRAPPER -u RUSTUP_TOOLCHAIN \
            RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes -C opt-level=3" CARGO_PROFILE_RELEASE_LTO=off \
            CARGO_TARGET_WASM32V1_NONE_LINKER=wasm-ld-19 CARGO_TARGET_DIR="$work/core/target" \
            rustup run "$toolchain" cargo build --release -Zbuild-std=core,alloc --target "$target" \
            </dev/null >"$work/log" 2>&1
    ) || { tail -n 5 "$work/log" >&2; fail "core and alloc cannot be built for $target: see above"; }
    as_root rm -rf "$lib"
    as_root mkdir -p "$lib"
    for rlib in core alloc compiler_builtins; do
        as_root cp "$work/core/target/$target/release/deps/lib$rlib-"*.rlib "$lib/"
    done
}

debian_way() {
    command -v apt-get >/dev/null || return 1
    debian_packages
    rustup toolchain list | grep -q "^$toolchain\b" || rustup toolchain link "$toolchain" /usr >/dev/null 2>&1
    debian_linker
    can_build rustup run "$toolchain" rustc || debian_core
    can_build rustup run "$toolchain" rustc || return 1
    say "the runtime is built by Debian's toolchain ($(/usr/bin/rustc -V))"
    choose "$toolchain" "$(/usr/bin/rustc -vV; sha256sum /usr/lib/rustlib/$target/lib/*.rlib)"
}

mkdir -p "$cache"
if [ "$way" != debian ] && rustup_way; then
    exit 0
fi
if [ "$way" != rustup ] && debian_way; then
    exit 0
fi
fail "no Rust here can build for $target: run 'rustup target add $target' where its download works, then run this again"
