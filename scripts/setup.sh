#!/usr/bin/env bash
# Makes this machine able to build and test DeREN. It brings packages, a Rust that can build the runtime for Wasm, a
# Node.js that can build the pages, and peers for the tests.
# Safe to run again: what is there is left alone, and a second run ends at once.
# Leaves the checkout as it is, but for the links `node_modules`, which git ignores. What it makes lies in
# ~/.cache/deren (or $DEREN_CACHE).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DEREN_CACHE:-$HOME/.cache/deren}
mark=$cache/setup.done
oldest_rust=1.95

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

# What a finished set-up depends on: these scripts, the tests' peers, and the Rust that is used.
fingerprint() {
    { cat "$here"/*.sh "$here"/*.txt "$here"/../*/tests/peers/requirements.txt "$here"/../tests/clients/requirements.txt; rustc -vV; printf '%s\n' "${DEREN_WASM_WAY:-}" "${CARGO_TARGET_DIR:-}"; } | sha256sum
}

# The programs that must be there, each with the package that has it.
programs="cc:gcc c++:g++ make:make git:git curl:curl pkg-config:pkg-config protoc:protobuf-compiler mosquitto:mosquitto mosquitto_pub:mosquitto-clients python3:python3"
# A browser for the pages' tests; DEREN_CHROMIUM names another one.
[ -n "${DEREN_CHROMIUM:-}" ] || programs="$programs chromium:chromium"
# Packages without a program of their own.
extra_packages="libc6-dev libssl-dev python3-venv softhsm2 faketime"

# The server's programs lie in no folder of the PATH. Any from 15 on is good.
has_postgresql() {
    local initdb version
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        version=${initdb#/usr/lib/postgresql/}
        version=${version%%/*}
        [ -x "$initdb" ] && [ "${version%%.*}" -ge 15 ] && return 0
    done
    return 1
}

missing_programs() {
    local missing="" pair
    for pair in $programs; do
        PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair##*:}"
    done
    has_postgresql || missing="$missing postgresql-15"
    printf '%s' "$missing"
}

missing_packages() {
    local missing package
    missing=$(missing_programs)
    for package in $extra_packages; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
    done
    printf '%s' "${missing# }"
}

command -v rustup >/dev/null || fail "Rust is missing: install rustup from https://rustup.rs with stable Rust $oldest_rust or newer, then run this again"
rust=$(rustc -V | cut -d ' ' -f 2) || fail "rustup has no usable toolchain: run 'rustup default stable', then this again"
printf '%s\n%s\n' "$oldest_rust" "$rust" | sort -VC || fail "Rust $rust is too old: run 'rustup update stable' ($oldest_rust or newer), then this again"

# The pages' packages and those of the browser test have their own marks: each checkout is linked to them.
npm_packages() {
    "$here/npm-ci.sh" "$here/../dashboards/web" "$here/../tests/browser" "$here/../meters/tests/peers/node" "$here/../dashboards/tests/peers" "$here/../tests/clients" "$here/../runtime/wasm-opt"
    wasm_opt
}

# The program that the runtime's build compacts its Wasm with, where that build looks for it.
wasm_opt() {
    local program=$cache/tools/bin/wasm-opt
    mkdir -p "${program%/*}"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$cache/node/bin/node" \
        "$(readlink -f "$here/../runtime/wasm-opt/node_modules/binaryen/bin/wasm-opt")" >"$program.new"
    chmod +x "$program.new"
    mv "$program.new" "$program"
}

if [ -f "$mark" ] && [ -f "$cache/env.sh" ] && [ -x "$cache/node/bin/node" ] && [ -z "$(missing_programs)" ] && [ "$(cat "$mark")" = "$(fingerprint)" ]; then
    npm_packages
    exit 0
fi
mkdir -p "$cache"

if command -v apt-get >/dev/null; then
    missing=$(missing_packages)
    if [ -n "$missing" ]; then
        say "installing packages: $missing"
        # shellcheck disable=SC2086 # a list of words
        "$here/apt-install.sh" $missing
    else
        say "packages: all there"
    fi
else
    missing=$(missing_programs)
    [ -z "$missing" ] || fail "this system has no apt-get: install what these Debian packages hold, then run this again:$missing"
    say "packages: all programs are there"
fi

"$here/wasm-target.sh"
"$here/node.sh"
npm_packages
if [ -x "$here/peers.sh" ]; then
    "$here/peers.sh"
fi

fingerprint >"$mark"
say "done"
