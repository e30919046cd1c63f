#!/usr/bin/env python3
"""Puts the parts of the page's program that are loaded on need beside it, and what loads them into its script.

    finish_page.py DIST PARTS      PARTS: what wasm-split-cli wrote
"""

import base64
import hashlib
import pathlib
import re
import sys

LOADER = "__wasm_split.js"


def integrity(path):
    digest = hashlib.sha384(path.read_bytes()).digest()
    return "sha384-" + base64.b64encode(digest).decode()


def loader_as_object(text):
    """The loader's code without what joins it to the page's script, and its functions as the object that the script imports."""
    text = re.sub(r'^import \{ initSync \} from "[^"]+";\n', "", text)
    names = re.findall(r"^export const (\w+)", text, flags=re.MULTILINE)
    return text.replace("export const ", "const "), "{ " + ", ".join(names) + " }"


def name_part(content):
    return f"app-more-{hashlib.sha256(content).hexdigest()[:16]}.wasm"


def add_parts(site, parts, loader):
    """Copies the parts under names with a hash of their contents, and renames them in the loader."""
    for part in sorted(parts.glob("*.wasm")):
        if f'"./{part.name}"' not in loader:
            continue
        content = part.read_bytes()
        name = name_part(content)
        (site / name).write_bytes(content)
        loader = loader.replace(f'"./{part.name}"', f'"./{name}"')
    return loader


def main():
    site, parts = map(pathlib.Path, sys.argv[1:])
    [wasm] = site.glob("app-*_bg.wasm")
    script = site / wasm.name.replace("_bg.wasm", ".js")
    index = site / "index.html"
    before = integrity(script)
    loader, functions = loader_as_object(add_parts(site, parts, (parts / LOADER).read_text()))
    text = script.read_text()
    text, count = re.subn(
        rf'^import \* as (\w+) from "\./{LOADER}";?$',
        lambda found: f"const {found[1]} = {functions};",
        text,
        flags=re.MULTILINE,
    )
    if count == 0:
        sys.exit(f"{script.name} does not import {LOADER} as wasm-bindgen's used to")
    script.write_text(f"{loader}\n{text}")
    page = index.read_text()
    if before not in page:
        sys.exit(f"index.html holds no checksum of {script.name}; has the form of its links changed?")
    index.write_text(page.replace(before, integrity(script)))


if __name__ == "__main__":
    main()
