#!/bin/bash
# Finds a Python 3.10 to 3.13 that can make virtual environments, then hands over to tools/__main__.py.
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

usable() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    local candidate
    # the distribution's first: its build is optimised with profiles, which one compiled by pyenv is not by default
    for candidate in /usr/bin/python3 python3.12 python3.11 python3.13 python3.10 python3 \
        {"${PYENV_ROOT:-$HOME/.pyenv}",/opt/pyenv}/versions/3.{12,11,13,10}*/bin/python3; do
        if command -v "$candidate" >/dev/null && usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

if ! python=$(find_python) && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Python from the distribution (apt-get install python3 python3-venv)" >&2
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv; } >/dev/null
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "No Python 3.10 to 3.13 with venv was found: install one (Debian: apt-get install python3 python3-venv) and run this again." >&2
    exit 1
fi
exec "$python" "$root/tools/__main__.py" "$@"
