#!/usr/bin/env bash
# Build the broker's image for the tests, unless the engine has it as it would be built now.
#
#   build.sh [IMAGE]   build IMAGE (default claimsdesk/kafka:local)
#
# Needs a Docker engine (DOCKER_HOST) and the project's Python environment. Nothing has to be pulled:
# where the base image can't be had, base.sh makes one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
image=${1:-claimsdesk/kafka:local}
pulled_base=${CLAIMSDESK_BASE_IMAGE:-debian:bookworm-slim}
made_base=claimsdesk/base:local

cd "$project"
python=.venv/bin/python
recipe=$(cat deploy/images/kafka/* deploy/images/base.sh deploy/local/jars.lock \
    deploy/local/log4j2.properties | sha256sum | cut -c 1-16)

built=$(docker image inspect --format '{{index .Config.Labels "claimsdesk.recipe"}}' "$image" \
    2>/dev/null || true)
if [[ $built == "$recipe" ]]; then
    exit 0
fi

base=$pulled_base
if ! docker image inspect "$base" >/dev/null 2>&1 &&
    ! timeout 60 docker pull --quiet "$base" >/dev/null 2>&1; then
    printf 'build: %s cannot be pulled here, so a base is made\n' "$base" >&2
    base=$made_base
    "$here/base.sh" "$base"
fi

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
"$python" -m deploy.images.kafka_context "$context"
printf 'build: building %s on %s …\n' "$image" "$base" >&2
# The classic builder: it comes with every engine. No network: everything is in the context.
if ! DOCKER_BUILDKIT=0 docker build --network none --build-arg "BASE=$base" \
    --label "claimsdesk.recipe=$recipe" --tag "$image" "$context" >"$context.log" 2>&1; then
    tail -n 20 "$context.log" >&2
    printf 'build: failed; its log is %s\n' "$context.log" >&2
    exit 1
fi
rm -f "$context.log"
