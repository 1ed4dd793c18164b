#!/usr/bin/env bash
# Make .venv with the first fitting Python of this machine, and uv in it.
#
#   make-venv.sh UV_VERSION        PYTHON=… names an interpreter
set -euo pipefail

uv_version=$1
fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if fits "$candidate"; then
        python=$candidate
        break
    fi
done
if [[ -z $python ]]; then
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "none (${PYTHON:-python3})")
    printf '%s\n' "The desk needs Python 3.11 or newer; found: $found." \
        "Install one (Debian 12 and Ubuntu 24.04 have it as python3), or name it: make PYTHON=/path/to/python3.12 run" >&2
    exit 1
fi

printf 'making .venv with %s …\n' "$("$python" --version)"
if ! "$python" -m venv .venv; then
    rm -rf .venv
    printf '%s\n' "Python could not make a virtual environment." \
        "On Debian and Ubuntu its module is a package of its own: apt-get install python3-venv" >&2
    exit 1
fi
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version"; then
    printf '%s\n' "uv $uv_version could not be installed: the first run needs a network (the package index of Python)." \
        "Check the connection, or set HTTPS_PROXY or PIP_INDEX_URL and UV_DEFAULT_INDEX, and run the command again." \
        "Behind a proxy that opens TLS, name its certificate: export REQUESTS_CA_BUNDLE=/path/to/ca.pem SSL_CERT_FILE=/path/to/ca.pem" >&2
    exit 1
fi
