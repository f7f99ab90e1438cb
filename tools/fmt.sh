#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fmt.sh [--check]: lays out every C file of ours by .clang-format; with --check only says which are not.
# clang-format 14 decides, because other versions lay out differently. FORMAT=program takes another binary.
set -eu
cd "$(dirname "$0")/.."
format=${FORMAT:-$(command -v clang-format-14 || command -v clang-format || true)}
if [ -z "$format" ]; then
    echo "fmt: clang-format is not installed (Debian: apt install clang-format)" >&2
    exit 2
fi
case $("$format" --version) in
*" version 14."*) ;;
*) echo "fmt: $format is not version 14" >&2; exit 2 ;;
esac
case ${1:-} in
'') set -- -i ;;
--check) set -- --dry-run --Werror ;;
*) echo "usage: tools/fmt.sh [--check]" >&2; exit 2 ;;
esac
for folder in src device bench fuzz tests; do
    [ -d "$folder" ] && find "$folder" -name node_modules -prune -o \( -name '*.c' -o -name '*.h' \) -print0
done | xargs -0 -r "$format" --style=file "$@"
