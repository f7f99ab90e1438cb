#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh [REGEX]: every test. Unit tests and corpora run under ASan and UBSan; the black-box tests drive the
# release binary. All of it happens on a real, shared machine, so a test that fails is tried once more; both tries are
# shown. Ends with one line of counts; exit 0 only when nothing failed.
set -u
cd "$(dirname "$0")/.."
jobs=$(nproc)
pattern=${1:-.}
mkdir -p build
log=build/tests.log

build() { # preset targets...
  preset=$1; shift
  cmake --preset "$preset" >"build/configure-$preset.log" 2>&1 || { cat "build/configure-$preset.log"; exit 1; }
  cmake --build "build/$preset" -j "$jobs" "$@" || exit 1
}

passed=0
failed=0
run() { # preset ctest-arguments...; adds to passed and failed
  preset=$1; shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=ignore "$@" 2>&1 | tee "$log"
  counts=$(sed -n 's/^.* \([0-9]*\) tests* failed out of \([0-9]*\)$/\1 \2/p' "$log" | tail -1)
  if [ -z "$counts" ]; then # no summary: nothing matched, or the runner itself broke
    grep -q 'No tests were found' "$log" || failed=$((failed + 1))
    return
  fi
  failed=$((failed + ${counts% *}))
  passed=$((passed + ${counts#* } - ${counts% *}))
}

build release --target ganglion --target mqtt_load_bench --target interop
cp build/release/ganglion ganglion
build asan

if [ "$pattern" = . ]; then
  run asan -j "$jobs" -E '^box/' --repeat until-pass:2
  run release -j "$jobs" -R '^box/' --repeat until-pass:2
else
  run asan -j "$jobs" -R "$pattern" -E '^box/'
  run release -R "$pattern" -E '^(base|os|thing|store|learn|guard|act|connect|portal|node|cli|corpus|house)/'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
