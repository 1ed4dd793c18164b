#!/usr/bin/env bash
# A Docker engine for the tests, on a machine where none answers.
#
#   engine.sh up      start one unless an engine answers; print the DOCKER_HOST to use
#   engine.sh down    stop the engine that `up` started (never another one)
#   engine.sh status  exit 0 and print the DOCKER_HOST if an engine answers, else 1
#
# The engine touches nothing but its own state: no firewall rules, no forwarding between networks,
# ports published on the loopback address only. Needs root and Debian's package docker.io.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${CLAIMSDESK_CACHE_DIR:-$project/var/cache}
run=/run/claimsdesk-engine
own_host=unix://$run/docker.sock

say() { printf '%s\n' "$*" >&2; }
fail() { say "engine: $*"; exit 1; }

answers() { docker -H "$1" version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The engine a client would use anyway comes first, ours second.
find_engine() {
    local host
    for host in "${DOCKER_HOST:-unix:///var/run/docker.sock}" "$own_host"; do
        if answers "$host"; then
            printf '%s\n' "$host"
            return 0
        fi
    done
    return 1
}

running() { [[ -s $run/dockerd.pid ]] && kill -0 "$(<"$run/dockerd.pid")" 2>/dev/null; }

start_engine() {
    [[ $(id -u) == 0 ]] || fail "no Docker engine answers, and only root can start one"
    command -v dockerd >/dev/null ||
        fail "no Docker engine answers, and dockerd is missing: apt-get install docker.io"
    mkdir -p "$run" "$cache/engine"
    ip link show docker0 >/dev/null 2>&1 || touch "$run/bridge-is-ours"
    local driver
    # overlay2 on most file systems; vfs copies whole images but runs everywhere.
    for driver in overlay2 vfs; do
        say "engine: starting dockerd ($driver) …"
        setsid dockerd --host "$own_host" --data-root "$cache/engine" --exec-root "$run/exec" \
            --pidfile "$run/dockerd.pid" --storage-driver "$driver" --iptables=false \
            --ip6tables=false --ip-masq=false --ip-forward=false --ip 127.0.0.1 \
            >"$run/dockerd.log" 2>&1 </dev/null 9>&- &
        for _ in $(seq 150); do
            answers "$own_host" && return 0
            kill -0 $! 2>/dev/null || break
            sleep 0.2
        done
        stop_engine
    done
    tail -n 15 "$run/dockerd.log" >&2
    fail "dockerd does not start; its log is $run/dockerd.log"
}

stop_engine() {
    running || return 0
    local pid
    pid=$(<"$run/dockerd.pid")
    kill -TERM "$pid"
    for _ in $(seq 150); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.2
    done
    if kill -0 "$pid" 2>/dev/null; then
        fail "dockerd (pid $pid) does not stop"
    fi
    if [[ -e $run/bridge-is-ours ]]; then
        ip link delete docker0 2>/dev/null || true
        rm "$run/bridge-is-ours"
    fi
}

case ${1:-} in
    up) find_engine || { start_engine && printf '%s\n' "$own_host"; } ;;
    down) stop_engine ;;
    status) find_engine ;;
    *) fail "usage: engine.sh up|down|status" ;;
esac
