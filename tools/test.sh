#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh [REGEX]: every test. Unit tests and corpora run under ASan and UBSan; the black-box tests drive the
# release binary. Ends with one line of counts; exit 0 only when nothing failed.
set -u
cd "$(dirname "$0")/.."
jobs=$(nproc)
pattern=${1:-.}
mkdir -p build
log=build/tests.log
: >"$log"
failed_runs=0

build() { # preset targets...
  preset=$1; shift
  cmake --preset "$preset" >"build/configure-$preset.log" 2>&1 || { cat "build/configure-$preset.log"; exit 1; }
  cmake --build "build/$preset" -j "$jobs" "$@" || exit 1
}

run() { # preset ctest-arguments...
  preset=$1; shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=ignore "$@" 2>&1 | tee -a "$log"
}

build release --target ganglion --target mqtt_load_bench
cp build/release/ganglion ganglion
build asan

if [ "$pattern" = . ]; then
  run asan -j "$jobs" -E '^box/'
  run release -R '^box/'
else
  run asan -j "$jobs" -R "$pattern" -E '^box/'
  run release -R "$pattern" -E '^(base|os|thing|store|learn|guard|act|connect|portal|node|cli|corpus|house)/'
fi

passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed' "$log")
failed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*' "$log")
grep -E '^ *[0-9]+/[0-9]+ Test .*\*\*\*' "$log"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
