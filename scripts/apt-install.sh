#!/usr/bin/env bash
# Installs Debian packages, as root or through sudo. Leaves no service running: tests and the demo run brokers and
# databases of their own.
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
# While it is there, Debian makes and starts no database cluster with a server that is installed. It holds for this
# installation alone: who installs another server by themselves gets what Debian gives.
no_cluster=/etc/postgresql-common/createcluster.d/deren-set-up.conf
clean_up() {
    rm -f "$log"
    [ ! -e "$no_cluster" ] || $as_root rm -f "$no_cluster"
}
trap clean_up EXIT
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" \
        </dev/null >"$log" 2>&1
}
apt update || { tail -n 5 "$log" >&2; fail "apt-get update failed: see above"; }
case " $* " in
    *" postgresql-"*)
        $as_root mkdir -p "${no_cluster%/*}"
        printf 'create_main_cluster = false\n' | $as_root tee "$no_cluster" >/dev/null
        ;;
esac
apt install --no-install-recommends "$@" || { tail -n 5 "$log" >&2; fail "apt-get could not install: $*"; }

if [ -z "$had_mosquitto" ] && [ -d /run/systemd/system ] && command -v mosquitto >/dev/null; then
    $as_root systemctl disable --quiet --now mosquitto.service || true
fi
