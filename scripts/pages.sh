#!/usr/bin/env bash
# Builds the pages and prints the folder in which they are, from where the dashboards' program takes them
# (DEREN_WEB_DIST). Does nothing while their sources stay the same, in whatever checkout. A folder is named by what it
# was built from, so that what is built again does not make programs be built again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${DEREN_CACHE:-$HOME/.cache/deren}
export PATH="$cache/node/bin:$PATH"
web=dashboards/web
# Number of builds that are kept, for programs of other checkouts that read them.
kept_builds=8

# Everything from which the pages are built: what git has or would take, and the Node.js that builds.
sources() {
    git ls-files -z --cached --others --exclude-standard -- "$web" ":(exclude)$web/*.md" | sort -z | while IFS= read -r -d '' file; do
        [ ! -f "$file" ] || { printf '%s\0' "$file"; cat "$file"; }
    done
    node --version
}

built_from=$(sources | sha256sum)
pages=$cache/pages/${built_from:0:32}
if [ ! -d "$pages" ]; then
    scripts/npm-ci.sh "$web" >&2
    echo "building the pages" >&2
    (cd "$web" && npm run --silent build </dev/null) >&2
    mkdir -p "$cache/pages"
    new=$(mktemp -d "$cache/pages/new.XXXXXX")
    cp -R "$web/dist/." "$new"
    # Another checkout may have been faster; its pages are the same.
    mv -T "$new" "$pages" 2>/dev/null || rm -rf "$new"
    find "$cache/pages" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\0' | sort -znr | tail -zn "+$((kept_builds + 1))" |
        cut -zd ' ' -f 2- | xargs -0r rm -rf
fi
chmod 755 "$pages"
printf '%s\n' "$pages"
