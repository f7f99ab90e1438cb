#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mqtt_conformance.py [--check]: writes docs/mqtt-conformance.md: every normative statement of MQTT 3.1.1 and 5.0 with
the tests that show it.

The statements are in tests/mqtt/statements.json, in our own words. A test names what it shows:

    shows({ 4: '3.12.4-1', 5: '3.12.4-1' }, 'a ping is answered', ...)      in tests/**/*.test.mjs; 4 is 3.1.1
    /* shows 3.1.1: 4.7.2-1  5: 4.7.2-1 */                                  above a case of a *_test.c
    static void a_wildcard_does_not_match_dollar(void **state)

A statement without a test says "why". --check fails when the document is not up to date, a statement has neither, a
test names one that does not exist, or the numbers of a section have a gap."""
import glob
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = "docs/mqtt-conformance.md"
STATEMENTS = "tests/mqtt/statements.json"
VERSIONS = {"3.1.1": "4", "5": "5"}
COUNTS = {"3.1.1": 141, "5": 251}
FIRST = {("5", "MQTT-2.2.1"): 2}  # 5.0 has no 2.2.1-1
HEAD = """# MQTT conformance

Every normative statement of MQTT 3.1.1 and of MQTT 5.0 by its number, what it asks for in our own words, whom it binds,
and the test that shows it. A statement that binds the client is shown by what the node does with a client that breaks
it, wherever a server can notice; where it cannot, the last column says so. The tests speak to the real program over
sockets, byte by byte (`tests/lib/mqtt_wire.mjs`); its reader refuses whatever a server may not send, in every test.
`ctest -R conformance` runs them. (Made by tools/mqtt_conformance.py from the tests and `tests/mqtt/statements.json`;
the check fails when a statement is missing.)
"""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def tests_of_scripts():
    """(version, id, file, title) of every shows(...) in the black-box tests."""
    call = re.compile(r"\bshows\(\{(.*?)\},\s*(['\"])((?:\\.|(?!\2).)*)\2", re.S)
    ids = re.compile(r"\b([45]):\s*['`]([^'`]*)['`]", re.S)
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/mqtt/**/*.test.mjs"), recursive=True)):
        name = os.path.relpath(path, ROOT)
        for where, _, title in call.findall(read(name)):
            for version, text in ids.findall(where):
                for one in text.split():
                    yield ("3.1.1" if version == "4" else "5"), "MQTT-" + one, name, title.replace("\\'", "'")


def tests_of_units():
    """The same of the marked cases of unit tests."""
    mark = re.compile(r"/\* shows (.*?)\*/\s*static void (\w+)\(void \*\*state\)", re.S)
    part = re.compile(r"(3\.1\.1|5):((?:\s+[\d.]+-\d+)+)")
    for path in sorted(glob.glob(os.path.join(ROOT, "src/**/*_test.c"), recursive=True)):
        name = os.path.relpath(path, ROOT)
        for text, title in mark.findall(read(name)):
            for version, ids in part.findall(text):
                for one in ids.split():
                    yield version, "MQTT-" + one, name, title.replace("_", " ")


def order(statement):
    section, number = statement.rsplit("-", 1)
    return [int(part) for part in section[5:].split(".")] + [int(number)]


def offences(statements, shown):
    for version, rows in statements.items():
        ids = [row["id"] for row in rows]
        if len(ids) != COUNTS[version] or ids != sorted(set(ids), key=order):
            yield f"MQTT {version}: {len(ids)} statements in {STATEMENTS}, {COUNTS[version]} are to be there, once, in order"
        last = {}
        for one in ids:
            section, number = one.rsplit("-", 1)
            if int(number) != last.get(section, FIRST.get((version, section), 1) - 1) + 1:
                yield f"MQTT {version}: a gap before {one}"
            last[section] = int(number)
        for row in rows:
            has = (version, row["id"]) in shown
            if not has and "why" not in row:
                yield f"MQTT {version}: {row['id']} has no test, and nobody says why"
            if has and "why" in row:
                yield f"MQTT {version}: {row['id']} has a test, and says why it has none"
        for shown_version, one in shown:
            if shown_version == version and one not in ids:
                yield f"MQTT {version}: {shown[shown_version, one][0][0]} shows {one}, which does not exist"


def document(statements, shown):
    parts = [HEAD]
    for version, rows in statements.items():
        with_test = sum((version, row["id"]) in shown for row in rows)
        parts.append(f"\n## MQTT {version}\n\n{len(rows)} statements: {with_test} shown by tests, "
                     f"{len(rows) - with_test} with the reason why not.\n\n"
                     "| statement | binds | what it asks for | shown by |\n|---|---|---|---|\n")
        for row in rows:
            by = "<br>".join(f"`{os.path.basename(name)}` {title}" for name, title in shown.get((version, row["id"]), []))
            cells = [row["id"], row["binds"], row["says"], by or f"*{row.get('why', 'nothing yet')}*"]
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join(parts)


def main():
    statements = json.loads(read(STATEMENTS))
    shown = {}
    for version, one, name, title in [*tests_of_scripts(), *tests_of_units()]:
        if (name, title) not in shown.setdefault((version, one), []):
            shown[version, one].append((name, title))
    text = document(statements, shown)
    if "--check" not in sys.argv:
        with open(os.path.join(ROOT, DOCUMENT), "w", encoding="utf-8") as file:
            file.write(text)
    found = list(offences(statements, shown))
    if not os.path.exists(os.path.join(ROOT, DOCUMENT)) or read(DOCUMENT) != text:
        found.append(f"{DOCUMENT} is not what the tests say: run tools/mqtt_conformance.py")
    print("\n".join(found) if found else "mqtt conformance: every statement has its test or its reason")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
