#!/usr/bin/env python3
"""Writes into a built site's sw.js the list of the files that it keeps, with their hashes and lengths. The last step of a build.

    list_files.py DIST
"""

import hashlib
import json
import pathlib
import re
import sys

# Not kept: the worker itself, models, which the engine keeps, and what is for readers.
LEFT_OUT = re.compile(r"^(sw\.js|models/.*\.onnx|docs/.*|(.*/)?README\.md|preview\.png)$")
PLACE = re.compile(r"^const FILES = \{.*\};$", re.MULTILINE)


def main():
    site = pathlib.Path(sys.argv[1])
    files = {}
    for file in sorted(site.rglob("*")):
        path = file.relative_to(site).as_posix()
        if file.is_file() and not LEFT_OUT.match(path):
            content = file.read_bytes()
            files[path] = {"hash": hashlib.sha256(content).hexdigest()[:16], "length": len(content)}
    worker = site / "sw.js"
    text, found = PLACE.subn(f"const FILES = {json.dumps(files, separators=(',', ':'))};", worker.read_text())
    if found != 1:
        raise SystemExit(f"{worker} has no line 'const FILES = {{…}};'")
    worker.write_text(text)


if __name__ == "__main__":
    main()
