#!/bin/sh
# Finds a Python that fits by running each candidate (a name on the path may be a shim that fails), then lets it make .venv.
# Usage: sh requirements/setup.sh base|cloud|dev
lacks_pip=
for candidate in "$PYTHON" python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3 /usr/local/bin/python3; do
    [ -n "$candidate" ] || continue
    "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    if "$candidate" -c 'import ensurepip' >/dev/null 2>&1; then
        exec "$candidate" requirements/install.py "$1"
    fi
    lacks_pip=$candidate
done
if [ -n "$lacks_pip" ]; then
    version=$("$lacks_pip" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "$lacks_pip cannot make a virtual environment: install Debian's package python$version-venv (or set PYTHON)." >&2
else
    echo "No Python 3.11 or newer was found: install one, or set PYTHON to its path." >&2
fi
exit 1
