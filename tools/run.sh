#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh DATA: the node in the foreground, with an agent that makes this machine its first Thing. Ctrl-C ends both.
set -eu
cd "$(dirname "$0")/.."
data=${1:?usage: tools/run.sh DATA_FOLDER}
mkdir -p "$data"
chmod 700 "$data"
mqtt=${MQTT:-127.0.0.1:1883}
portal=${PORTAL:-127.0.0.1:8080}
ready=$(mktemp)
node_pid="" agent_pid=""

finish() {
  trap - INT TERM EXIT
  [ -n "$agent_pid" ] && kill "$agent_pid" 2>/dev/null && wait "$agent_pid" 2>/dev/null || true
  if [ -n "$node_pid" ]; then
    kill "$node_pid" 2>/dev/null || true
    wait "$node_pid" && code=0 || code=$?
  fi
  rm -f "$ready"
  exit "${code:-1}"
}
trap finish INT TERM EXIT

./ganglion run --data "$data" --solution solutions/this-machine --mqtt "$mqtt" --portal "$portal" >"$ready" &
node_pid=$!
while ! grep -q '^ready ' "$ready"; do
  kill -0 "$node_pid" 2>/dev/null || { wait "$node_pid" && code=0 || code=$?; node_pid=""; exit "$code"; }
  sleep 0.05
done
address=$(sed -n 's/^ready .*portal=//p' "$ready")
mqtt=$(sed -n 's/^ready mqtt=\([^ ]*\) .*/\1/p' "$ready")
echo "portal: http://$address/   data: $data   (Ctrl-C stops everything)"
echo "try:    ./ganglion agent disturb cpu --seconds 60    in another terminal"
./ganglion agent --data "$data" --mqtt "$mqtt" >"$data/agent.log" 2>&1 &
agent_pid=$!
wait "$node_pid" && code=0 || code=$?
node_pid=""
