#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limits_doc.py [--check]: writes docs/limits.md from base/limits.h, so that there is one list only."""
import os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEAD = """# Limits

Everything has a limit with a name. What goes beyond it is refused with a message that says so, and changes nothing.
`ganglion status --limits` prints the same table. (Made by tools/limits_doc.py from src/base/limits.h.)

| limit | value | unit, and what happens beyond |
|---|---:|---|
"""


def table():
    text = open(os.path.join(ROOT, "src/base/limits.h")).read()
    rows = re.findall(r'X\((\w+),\s*([^,]+),\s*"([^"]*)"\)', text)
    return HEAD + "".join(f"| `{name}` | {value.strip()} | {words} |\n" for name, value, words in rows)


def main():
    path = os.path.join(ROOT, "docs/limits.md")
    if "--check" in sys.argv:
        if not os.path.exists(path) or open(path).read() != table():
            print("docs/limits.md is not what base/limits.h says: run tools/limits_doc.py")
            return 1
        print("limits: the document is as the header")
        return 0
    with open(path, "w") as file:
        file.write(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
