#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py DIST OUT.c: the front end's files as C bytes, gzip-compressed where that is smaller.

The same files give the same C file (no times in it). Without DIST one page says how to build it.
"""
import gzip, os, sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".json": "application/json", ".webmanifest": "application/manifest+json",
         ".woff2": "font/woff2", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8"}
MISSING = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Ganglion</title>
<p>This build has no front end: run <code>make web</code>, then <code>make build</code>.</p></html>
"""


def files(dist):
    found = {}
    for folder, _, names in os.walk(dist):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found["/" + os.path.relpath(path, dist).replace(os.sep, "/")] = file.read()
    return found or {"/index.html": MISSING}


def c_bytes(name, data):
    lines = [f"static const unsigned char {name}[] = {{"]
    for at in range(0, len(data), 24):
        lines.append("    " + ",".join(str(b) for b in data[at:at + 24]) + ",")
    return "\n".join(lines) + "\n};\n"


def main(dist, out):
    parts, rows = ['/* Made by tools/embed.py. */\n#include "portal/assets.h"\n'], []
    for number, (path, data) in enumerate(sorted(files(dist).items())):
        packed = gzip.compress(data, 9, mtime=0)
        is_gzip = len(packed) < len(data)
        body = packed if is_gzip else data
        parts.append(c_bytes(f"asset_{number}", body))
        kind = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
        rows.append(f'    {{ "{path}", "{kind}", {"true" if is_gzip else "false"}, '
                    f"asset_{number}, sizeof asset_{number} }},")
    parts.append("const struct gn_asset gn_assets[] = {\n" + "\n".join(rows) + "\n};\n")
    parts.append(f"const size_t gn_asset_count = {len(rows)};\n")
    with open(out, "w") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
