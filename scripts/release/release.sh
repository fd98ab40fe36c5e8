#!/usr/bin/env bash
# Puts a release together from what is built: release.sh PACKAGE…. Its last line is the folder, below the target folder.
# `make release` builds everything first. docs/contribute/release.md says what a release has.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
built=${CARGO_TARGET_DIR:?make release sets it}
programs="deren-gateway deren-node deren-dashboards deren-market deren-simulator"

fail() { printf 'release: %s\n' "$*" >&2; exit 1; }

[ -z "$(git status --porcelain)" ] || fail "the checkout has changes: commit them first, so that anyone can build the same"
if tag=$(git describe --exact-match --match 'v*' 2>/dev/null); then
    version=$("$here/versions.py" "$tag")
else
    version=$("$here/versions.py")+$(git rev-parse --short HEAD)
    printf 'release: this commit has no tag: it is a trial, %s\n' "$version" >&2
fi

out=$built/releases/deren-$version
rm -rf "$out"
mkdir -p "$out/work/deren-$version"

# The programs, with the time of the commit, so that the same programs give the same file.
target=$(rustc -vV | sed -n 's/^host: //p')
for program in $programs; do
    cp "$built/bin/$program" "$out/work/deren-$version/" || fail "$program is not built: run 'make release'"
done
cp LICENSE README.md CHANGELOG.md "$out/work/deren-$version/"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" -C "$out/work" -cf - "deren-$version" |
    gzip -9n >"$out/deren-$version-$target.tar.gz"

for package in "$@"; do
    cp "$package" "$out/"
done

wasm=$built/release/wbuild/deren-runtime/deren_runtime.compact.compressed.wasm
[ -f "$wasm" ] || fail "there is no $wasm: run 'make release'"
"$here/wasm.py" "$wasm" >"$out/deren_runtime-$version.json"
cp "$wasm" "$out/deren_runtime-$version.wasm"

cargo metadata --format-version 1 --locked --filter-platform "$target" >"$out/work/metadata.json"
# shellcheck disable=SC2086 # a list of words
cargo tree --locked --target "$target" -e normal,no-proc-macro --prefix none --format '{p}' $(printf -- '-p %s ' $programs) >"$out/work/tree"
"$here/sbom.py" "$out/work/metadata.json" "$out/work/tree" >"$out/deren-$version.cdx.json"

rm -rf "$out/work"
(cd "$out" && sha256sum -- * >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
printf '%s\n' "$out"
