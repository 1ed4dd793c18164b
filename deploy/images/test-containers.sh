#!/usr/bin/env bash
# Run the integration tests on a broker in a container.
#
#   test-containers.sh [PYTEST ARGUMENT …]   all of tests/integration, unless the arguments name tests
#
# Uses the Docker engine that answers; where none does, starts one and stops it at the end. Builds the
# broker's image if the engine lacks it (CLAIMSDESK_KAFKA_IMAGE names another, which is then not built).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."

install_packages() {
    # A CI machine is thrown away; on a person's machine the scripts say what is missing instead.
    if [[ ${CI:-} == true && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
            docker.io debootstrap iproute2 >/dev/null
    fi
}

# One run at a time, so that none stops the engine under another.
mkdir -p var/cache
exec 9>var/cache/test-containers.lock
flock 9

if ! DOCKER_HOST=$("$here/engine.sh" status); then
    command -v dockerd >/dev/null && command -v debootstrap >/dev/null || install_packages
    trap '"$here/engine.sh" down' EXIT
    DOCKER_HOST=$("$here/engine.sh" up)
fi
export DOCKER_HOST

if [[ $DOCKER_HOST == unix:///run/claimsdesk-engine/* ]]; then
    # This engine publishes ports on loopback, wherever testcontainers thinks that it runs.
    export TC_HOST=127.0.0.1 TESTCONTAINERS_CONNECTION_MODE=docker_host
fi

if [[ -z ${CLAIMSDESK_KAFKA_IMAGE:-} ]]; then
    export CLAIMSDESK_KAFKA_IMAGE=claimsdesk/kafka:local
    "$here/build.sh" "$CLAIMSDESK_KAFKA_IMAGE"
fi

tests=(tests/integration)
for argument in "$@"; do
    [[ ! -e ${argument%%::*} ]] || tests=()
done
export CLAIMSDESK_TEST_BROKER=containers
.venv/bin/python -m pytest -m "not soak" "${tests[@]}" "$@"
