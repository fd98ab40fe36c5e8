#!/usr/bin/env bash
# Installs Debian packages, as root or through sudo. Starts no service: tests and the demo run brokers of their own.
set -euo pipefail

fail() { printf 'set-up: %s\n' "$*" >&2; exit 1; }

as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "not root, and no sudo: as root, run 'apt-get install $*', then run this again"
    as_root="sudo"
    # Where nobody can type a password, asking for one would wait for ever.
    [ -t 0 ] || sudo -n true 2>/dev/null || fail "sudo asks for a password: run 'sudo apt-get install $*', then run this again"
fi

had_mosquitto=$(command -v mosquitto || true)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >"$log" 2>&1
}
apt update || { tail -n 5 "$log" >&2; fail "apt-get update failed: see above"; }
apt install --no-install-recommends "$@" || { tail -n 5 "$log" >&2; fail "apt-get could not install: $*"; }

if [ -z "$had_mosquitto" ] && [ -d /run/systemd/system ] && command -v mosquitto >/dev/null; then
    $as_root systemctl disable --quiet --now mosquitto.service || true
fi
