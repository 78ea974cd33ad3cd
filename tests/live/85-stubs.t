#!/bin/sh
# Every bundle of the catalogue, whether its tool is installed or not: a stub under the tool's name
# touches each granted path and some that are refused (tests/live/stubs.py).
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
unset DBUS_SESSION_BUS_ADDRESS
# shellcheck disable=SC2154 # lib.sh's
exec python3 "$live/stubs.py" "$seal" "$root/build/probe/stub" "$T"
