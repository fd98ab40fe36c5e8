#!/usr/bin/env bash
# Installs the npm packages that the named folders' lock files list, outside of the checkout. Each set lies once in
# $DEREN_CACHE/npm, by its lock file, and `node_modules` in the folder is a link to it.
# Safe to run again: does nothing while a lock file stays the same, also in another checkout.
set -euo pipefail

cache=${DEREN_CACHE:-$HOME/.cache/deren}
export PATH="$cache/node/bin:$PATH"

say() { printf 'set-up: %s\n' "$*"; }
fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

# The folder of the cache that holds what the lock file of folder $1 lists.
store_of() {
    local key
    key=$({ cat "$1/package.json" "$1/package-lock.json"; node --version; } | sha256sum)
    printf '%s/npm/%s-%s' "$cache" "$(basename "$1")" "${key:0:16}"
}

install() {
    local folder=$1 store=$2 log
    say "installing the npm packages of $folder into $store"
    rm -rf "$store" "$store.new"
    mkdir -p "$store.new"
    cp "$folder/package.json" "$folder/package-lock.json" "$store.new/"
    log=$store.new/npm.log
    # No package's own script runs: what they would do is not needed.
    if ! (cd "$store.new" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier </dev/null >"$log" 2>&1); then
        tail -n 5 "$log" >&2
        fail "npm ci failed for $folder: see above"
    fi
    mv "$store.new" "$store"
}

for folder in "$@"; do
    [ -f "$folder/package-lock.json" ] || fail "$folder has no package-lock.json"
    if [ -d "$folder/node_modules" ] && [ ! -L "$folder/node_modules" ]; then
        # Somebody ran npm by hand there; what they installed is theirs.
        continue
    fi
    store=$(store_of "$folder")
    [ -d "$store/node_modules" ] || install "$folder" "$store"
    [ "$(readlink "$folder/node_modules" || true)" = "$store/node_modules" ] || ln -sfn "$store/node_modules" "$folder/node_modules"
done
