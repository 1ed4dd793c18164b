#!/usr/bin/env bash
# Programs that are no Python packages: OCR for scanned letters; PostgreSQL and ClamAV for the tests.
#
# As root on Debian or Ubuntu they are installed, elsewhere this says what to install. The desk runs
# without them, so this never fails: scanned letters then wait for a person.
set -uo pipefail
export PATH=$PATH:/usr/sbin

missing=()
command -v tesseract >/dev/null || missing+=(tesseract-ocr)
languages=$(tesseract --list-langs 2>/dev/null)
grep -qx deu <<<"$languages" || missing+=(tesseract-ocr-deu)
grep -qx eng <<<"$languages" || missing+=(tesseract-ocr-eng)
if ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && ! command -v postgres >/dev/null; then
    missing+=(postgresql)
fi
# Where services are started by systemd, the package would at once fetch signatures for itself.
if ! command -v clamd >/dev/null && [[ ! -d /run/systemd/system ]]; then
    missing+=(clamav-daemon)
fi
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    printf 'installing %s …\n' "${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if log=$({ apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } 2>&1); then
        exit 0
    fi
    printf '%s\n' "$log" | tail -n 5 >&2
fi
printf '%s\n' "Not installed: ${missing[*]} (names of the Debian packages)." \
    "Without tesseract scanned letters wait for a person; without postgresql and clamav-daemon their" \
    "tests don't run." >&2
exit 0
