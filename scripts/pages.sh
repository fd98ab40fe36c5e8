#!/usr/bin/env bash
# Builds the pages into dashboards/web/dist, from where the dashboards' program takes them. Does nothing while their
# sources stay the same; what another checkout built from the same sources is copied.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${DEREN_CACHE:-$HOME/.cache/deren}
export PATH="$cache/node/bin:$PATH"
web=dashboards/web
dist=$web/dist
mark=$dist/.built-from

# Everything from which the pages are built: what git has or would take, and the Node.js that builds.
sources() {
    git ls-files -z --cached --others --exclude-standard -- "$web" | sort -z | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || { printf '%s\0' "$file"; cat "$file"; }
    done
    node --version
}
built_from=$(sources | sha256sum | cut -c 1-32)
[ "$(cat "$mark" 2>/dev/null)" != "$built_from" ] || exit 0

kept=$cache/pages/$built_from
if [ ! -d "$kept" ]; then
    scripts/npm-ci.sh "$web"
    echo "building the pages"
    (cd "$web" && npm run --silent build </dev/null)
    rm -rf "$kept.new"
    mkdir -p "$cache/pages"
    cp -a "$dist" "$kept.new"
    # One set of pages is enough to keep for each of the last few changes.
    find "$cache/pages" -mindepth 1 -maxdepth 1 -type d ! -name '*.new' -printf '%T@ %p\0' | sort -znr | tail -zn +9 |
        cut -zd ' ' -f 2- | xargs -0r rm -rf
    mv "$kept.new" "$kept"
fi
rm -rf "$dist"
cp -a "$kept" "$dist"
echo "$built_from" >"$mark"
