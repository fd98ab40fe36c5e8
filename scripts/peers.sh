#!/bin/sh
# Installs the independent Python implementations of SunSpec, Modbus, P1 and SML that the tests read and are read by.
# Safe to run again: does nothing when they are there at the pinned versions.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
requirements="$here/meters/tests/peers/requirements.txt"
venv="${DEREN_PEERS_VENV:-$HOME/.cache/deren/peers}"
stamp="$venv/requirements.txt"

if [ -x "$venv/bin/python" ] && cmp -s "$requirements" "$stamp"; then
    echo "peers: up to date in $venv"
    exit 0
fi

echo "peers: installing into $venv"
if ! python3 -m venv --clear "$venv"; then
    echo "peers: python3 cannot make virtual environments; install the package python3-venv" >&2
    exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp"
echo "peers: done"
