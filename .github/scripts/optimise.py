#!/usr/bin/env python3
"""Runs wasm-opt on a built site and renews the checksums in its index.html."""

import base64
import hashlib
import pathlib
import re
import subprocess
import sys

# What Rust's wasm32 target and +simd128 use, and what a variant uses besides.
FEATURES = [
    "simd",
    "bulk-memory",
    "sign-ext",
    "nontrapping-float-to-int",
    "mutable-globals",
    "reference-types",
    "multivalue",
]
MORE_FEATURES = {
    "engine-relaxed_bg.wasm": ["relaxed-simd"],
    "engine-threads_bg.wasm": ["relaxed-simd", "threads"],
}


def integrity(path):
    digest = hashlib.sha384(path.read_bytes()).digest()
    return "sha384-" + base64.b64encode(digest).decode()


def main():
    site = pathlib.Path(sys.argv[1])
    index = site / "index.html"
    text = index.read_text()
    for wasm in sorted(site.glob("*_bg.wasm")):
        before, size = integrity(wasm), wasm.stat().st_size
        options = [f"--enable-{feature}" for feature in FEATURES + MORE_FEATURES.get(wasm.name, [])]
        subprocess.run(["wasm-opt", "-O3", *options, wasm, "-o", wasm], check=True)
        text = text.replace(before, integrity(wasm))
        print(f"{wasm.name}: {size:,} → {wasm.stat().st_size:,} bytes")
    index.write_text(text)
    links = re.findall(r'href="\./([^"]+)"[^>]*integrity="([^"]+)"', text)
    if not links:
        sys.exit("index.html holds no checksums; has the form of its links changed?")
    for name, wanted in links:
        if integrity(site / name) != wanted:
            sys.exit(f"{name} does not match its checksum in index.html")


if __name__ == "__main__":
    main()
