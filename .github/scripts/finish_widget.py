#!/usr/bin/env python3
"""Finishes the built site's widget.js: writes into it how many bytes the engine and each model have
on their way to a browser, so that its button can say so without a request, and leaves its comments
out."""

import gzip
import json
import pathlib
import re
import sys

PLACE = re.compile(r"^const SIZES = \{.*\};$", re.MULTILINE)
# Lines that are comments as a whole; none of its texts has such a line.
COMMENTS = re.compile(r"^ *(//|/\*\*|\*).*\n", re.MULTILINE)
# What most browsers run in a frame, and what the others do.
BUILDS = ["relaxed", "simd128"]


def engine_bytes(site):
    """Of the program and its script by gzip, as hosts send them."""
    for build in BUILDS:
        files = [file for file in site.glob(f"engine-{build}-*") if file.stem.endswith("_bg") or "_" not in file.name]
        if files:
            return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    raise SystemExit(f"{site} has no engine: run .github/scripts/build-site.sh")


def main():
    site = pathlib.Path(sys.argv[1])
    models = json.loads((site / "models/manifest.json").read_text())["models"]
    # Weights are numbers, which hardly get smaller.
    sizes = {"engine": engine_bytes(site), "models": {model["id"]: model["bytes"] for model in models}}
    widget = site / "widget.js"
    text, found = PLACE.subn(f"const SIZES = {json.dumps(sizes)};", widget.read_text())
    if found != 1:
        raise SystemExit(f"{widget} has no line 'const SIZES = {{…}};'")
    widget.write_text(COMMENTS.sub("", text))


if __name__ == "__main__":
    main()
