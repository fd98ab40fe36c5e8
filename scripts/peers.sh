#!/bin/sh
# Installs the independent Python implementations that the tests read, are read by, or have read what they serve. They
# are the packages that a `requirements.txt` of `tests/peers` or `tests/clients` names.
# Safe to run again: does nothing when they are there at the pinned versions.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
venv="${DEREN_PEERS_VENV:-${DEREN_CACHE:-$HOME/.cache/deren}/peers}"
stamp="$venv/requirements.txt"
wanted=$(cat "$here"/*/tests/peers/requirements.txt "$here"/tests/clients/requirements.txt)

if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    echo "peers: up to date in $venv"
    exit 0
fi

echo "peers: installing into $venv"
if ! python3 -m venv --clear "$venv"; then
    echo "peers: python3 cannot make virtual environments; install the package python3-venv" >&2
    exit 1
fi
printf '%s\n' "$wanted" >"$venv/wanted.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$venv/wanted.txt"
mv "$venv/wanted.txt" "$stamp"
echo "peers: done"
