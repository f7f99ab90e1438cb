#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""accuracy_doc.py PROGRAM [SUITE ...]: runs the accuracy suites and writes their table into docs/accuracy.md.

Only the rows between the two marks are written; the words around them are people's. With suites named, only
their rows are measured again. GANGLION_DATA names the folder of data sets (default: ../shared/data)."""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATH = os.path.join(ROOT, "docs/accuracy.md")
BEGIN, END = "<!-- table: made by tools/accuracy_doc.py -->\n", "<!-- end of table -->\n"
HEAD = "| suite | figure | ours | best published | naive | scored | seconds |\n|---|---|---:|---:|---:|---:|---:|\n"


def number(value):
    return "-" if value is None else f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}"


def rows(result):
    best, naive = result["best"], result["naive"]
    text = ""
    for i, key in enumerate(k for k in naive if k != "who"):
        first = f"`{result['suite']}`" if i == 0 else ""
        last = (str(result["items"]), f"{result['seconds']:.1f}") if i == 0 else ("", "")
        cells = (first, key, f"**{number(result[key])}**", number(best[key]), number(naive[key]), *last)
        text += "| " + " | ".join(cells) + " |\n"
    return text


def old_rows(table):
    """Suite to its rows, as they stand."""
    found, name = {}, None
    for line in table.split("\n"):
        cells = [c.strip() for c in line.split("|")]
        if len(cells) > 2 and cells[1].startswith("`"):
            name = cells[1].strip("`")
        if name and line.startswith("|"):
            found[name] = found.get(name, "") + line + "\n"
    return found


def main(program, wanted):
    data = os.environ.get("GANGLION_DATA") or os.path.join(ROOT, "../shared/data")
    listed = subprocess.run([program, "eval", "--json"], check=True, capture_output=True, text=True).stdout
    names = [json.loads(line)["suite"] for line in listed.splitlines()]
    before, rest = open(PATH).read().split(BEGIN)
    table, after = rest.split(END)
    kept = old_rows(table)
    for name in wanted or names:
        done = subprocess.run([program, "eval", name, "--data", data, "--json"], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return done.returncode
        kept[name] = rows(json.loads(done.stdout))
        print(kept[name], end="", flush=True)
    with open(PATH, "w") as file:
        file.write(before + BEGIN + HEAD + "".join(kept.get(name, "") for name in names) + END + after)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
