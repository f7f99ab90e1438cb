#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh SECONDS: libFuzzer on every harness, from its corpus; what it finds is left in build/fuzz/found.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
mkdir -p build/fuzz/found
cmake --preset fuzz >/dev/null
harnesses=$(find src -name '*_fuzz.c' -exec basename {} .c \; | sort)
for name in $harnesses; do
  cmake --build build/fuzz --target "$name" -j "$(nproc)" >/dev/null
  mkdir -p "build/fuzz/corpus/$name"
  printf '%s: ' "$name"
  "build/fuzz/$name" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
    { echo "FOUND SOMETHING, see build/fuzz/$name.log"; exit 1; }
  sed -n 's/^stat::number_of_executed_units: */executed /p' "build/fuzz/$name.log"
done
