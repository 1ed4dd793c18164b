#!/usr/bin/env bash
# Make the base image the other images start from, where none can be pulled.
#
#   base.sh [IMAGE]   make IMAGE (default claimsdesk/base:local) unless the engine has it
#
# A minimal Debian of this machine's own release, from this machine's own package mirror. Needs root,
# Debian's package debootstrap and a Docker engine (DOCKER_HOST).
set -euo pipefail

image=${1:-claimsdesk/base:local}

fail() { printf 'base: %s\n' "$*" >&2; exit 1; }

docker image inspect "$image" >/dev/null 2>&1 && exit 0
[[ $(id -u) == 0 ]] || fail "only root can make a base image"
command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"

# The first `deb` source that apt itself uses, whichever way its lists are written.
read -r mirror suite < <(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' | head -n 1)
[[ -n ${mirror:-} && -n ${suite:-} ]] || fail "apt knows no package source"

root=$(mktemp -d)
trap 'rm -rf --one-file-system "$root"' EXIT
printf 'base: fetching a minimal Debian %s …\n' "$suite" >&2
if ! debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" 2>&1; then
    tail -n 15 "$root.log" >&2
    fail "debootstrap failed; its log is $root.log"
fi
rm -f "$root.log"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
tar -C "$root" --numeric-owner -c . | docker import --change 'CMD ["/bin/bash"]' - "$image" >/dev/null
