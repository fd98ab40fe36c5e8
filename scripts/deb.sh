#!/usr/bin/env bash
# Builds Debian packages and prints the path of each: of the gateway, if nothing else is named, or of what is named
# (gateway, node, dashboards). cargo-deb is installed at the first run, pinned, beside the cache's other tools.
# DEREN_TARGET names another machine's target triple; its Rust target and C compiler must be there (gateway/README.md
# says how).
# DEREN_DEB_BUILT=1 packs the programs that are already built.
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
for name in "${@:-gateway}"; do
    case "$name" in
        # A small machine's.
        gateway) profile=edge ;;
        node | dashboards) profile=release ;;
        *) echo "deb: '$name' is no package: gateway, node and dashboards are" >&2; exit 2 ;;
    esac
    if [ -z "${DEREN_DEB_BUILT:-}" ]; then
        # With an OpenSSL of its own, as release programs have it: a package may meet another one where it is installed.
        OPENSSL_NO_VENDOR=0 cargo build --profile "$profile" -p "deren-$name" --bin "deren-$name" ${target:+--target "$target"} >&2
    fi
    package=$("$tool" deb --quiet --no-build --no-strip --profile "$profile" -p "deren-$name" ${target:+--target "$target"})
    # Debian's own judge of packages, where it is installed.
    if command -v lintian >/dev/null; then
        lintian --fail-on error,warning "$package" >&2
    fi
    printf '%s\n' "$package"
done
