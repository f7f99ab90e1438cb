#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh [build|test|web|bench|fuzz ...]: installs what is missing on Debian 12, and builds the portal's front end.
# Does nothing, quickly, when everything is there.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build

BUILD_PACKAGES="gcc libc6-dev make cmake ninja-build pkg-config python3 git ca-certificates
  libuv1-dev libsodium-dev libssl-dev libsqlite3-dev libyaml-dev libqrencode-dev zlib1g-dev libzstd-dev libmosquitto-dev
  libnanopb-dev libcmocka-dev"
TEST_PACKAGES="mosquitto mosquitto-clients libpaho-mqtt-dev python3-paho-mqtt curl openssl clang-format libasan8 libubsan1 prometheus"
BENCH_PACKAGES="mosquitto nats-server victoria-metrics influxdb" # the peers that figures are taken beside
FUZZ_PACKAGES="clang libclang-rt-14-dev"

say() { printf 'setup: %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else
    say "these packages are missing and installing them needs root: $missing"
    say "run as root: apt-get install --no-install-recommends $missing"
    exit 1
  fi
}

need_packages() {
  missing=""
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  say "installing$missing"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
    >build/apt.log 2>&1 || { tail -20 build/apt.log >&2; exit 1; }
}

need_node() {
  if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 18 ] && return 0
    say "node $major is too old: the portal is built with 18 or newer"; exit 1
  fi
  need_packages nodejs npm
}

# npm packages exactly as locked, only when the lock has changed since.
need_npm() {
  need_node
  [ -f "$1/node_modules/.locked" ] && cmp -s "$1/package-lock.json" "$1/node_modules/.locked" && return 0
  say "npm packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) >build/npm.log 2>&1 || { tail -20 build/npm.log >&2; exit 1; }
  cp "$1/package-lock.json" "$1/node_modules/.locked"
}

build_web() {
  need_npm web
  stamp=web/dist/index.html
  if [ ! -f "$stamp" ] || [ -n "$(find web -newer "$stamp" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' | head -1)" ]; then
    say "building the portal"
    (cd web && npm run --silent build) >build/web.log 2>&1 || { tail -30 build/web.log >&2; exit 1; }
    touch "$stamp"
  fi
}

for what in "${@:-build}"; do
  case "$what" in
    build) need_packages $BUILD_PACKAGES; build_web ;;
    web) build_web ;;
    bench) need_packages $BENCH_PACKAGES ;;
    fuzz) need_packages $FUZZ_PACKAGES ;;
    test)
      need_packages $TEST_PACKAGES
      command -v chromium >/dev/null 2>&1 || need_packages chromium
      need_npm tests ;;
    *) say "unknown part '$what'; parts: build, web, test, bench, fuzz"; exit 2 ;;
  esac
done
