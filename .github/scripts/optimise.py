#!/usr/bin/env python3
"""Makes the programs of a built site smaller and faster, and renews the checksums in its index.html."""

import json
import pathlib
import re
import subprocess
import sys

from finish_page import integrity, name_part

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
# Of a WebAssembly file.
CODE_SECTION = 10
MORE_FEATURES = {
    "engine-relaxed_bg.wasm": ["relaxed-simd"],
    "engine-threads_bg.wasm": ["relaxed-simd", "threads"],
}


def wasm_opt(wasm, *options):
    features = [f"--enable-{feature}" for feature in FEATURES + MORE_FEATURES.get(wasm.name, [])]
    command = ["wasm-opt", *options, *features, wasm, "-o", wasm]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def with_loaders_among_imports(text):
    """wasm-opt makes one module of all that the program imports: what loads its other parts goes to the rest."""
    text, count = re.subn(r'^"\./__wasm_split\.js": (import\d+),\n', "", text, flags=re.MULTILINE)
    loaders = re.findall(r"^const (__wasm_split_load_\w+) = ", text, flags=re.MULTILINE)
    if not (count and loaders):
        sys.exit("the page's script has no loaders of parts any more")
    functions = "".join(f"{name}: function(a, b) {{ return import1.{name}(a, b); }},\n" for name in loaders)
    return text.replace("const import0 = {\n", "const import0 = {\n" + functions, 1), loaders


def shorten(wasm, script):
    """Gives what the page's program and its script have from each other names of a letter or two."""
    names = json.loads(wasm_opt(wasm, "--minify-imports-and-exports-and-modules"))
    imports = {old: new for _, old, new in names["imports"]}
    shared = dict(names["exports"])
    exports = {f"wasm.{old}": f"wasm.{new}" for old, new in names["exports"]}
    lines = [line.strip() for line in script.read_text().splitlines()]
    text = "\n".join(line for line in lines if line and not line.startswith("//"))
    text, loaders = with_loaders_among_imports(text)
    text = text.replace('"./app_bg.js": import0', "a: import0")
    text = re.sub(
        r"const \{ ([\w, ]+?),? *\} = initSync",
        lambda found: "const { " + ", ".join(f"{shared[name]}: {name}" for name in found[1].split(", ")) + " } = initSync",
        text,
    )
    text = re.sub(r"^\w+(?=: function)", lambda name: imports.get(name[0], name[0]), text, flags=re.MULTILINE)
    text = re.sub(r"\bwasm\.\w+", lambda name: exports.get(name[0], name[0]), text)
    left = [name for name in imports if name in text and name not in loaders]
    if left or "a: import0" not in text:
        sys.exit(f"{script.name} has another form than wasm-bindgen's used to have: {left}")
    script.write_text(text)


def leb128(number):
    """A number as WebAssembly writes it."""
    head = b"" if number < 128 else b"".join(bytes([number >> shift & 127 | 128]) for shift in range(0, (number.bit_length() - 1) // 7 * 7, 7))
    return head + bytes([number >> 7 * len(head)])


def read_leb128(data, at):
    """The number at a place, and the place behind it."""
    number = shift = 0
    while True:
        byte, at = data[at], at + 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def order_by_size(wasm):
    """Puts functions of like size side by side: they resemble each other, so gzip makes 2 % less of the program."""
    data, at = wasm.read_bytes(), 8
    while at < len(data):
        section = data[at]
        length, at = read_leb128(data, at + 1)
        if section == CODE_SECTION:
            break
        at += length
    count, at = read_leb128(data, at)
    sizes = []
    for _ in range(count):
        size, at = read_leb128(data, at)
        sizes.append(size)
        at += size
    # All that the page imports are functions, which are numbered first.
    imported = int(re.search(r"\[imports\]\s*: (\d+)", wasm_opt(wasm, "--metrics"))[1])
    ranks = {function: rank for rank, function in enumerate(sorted(range(count), key=lambda one: -sizes[one]))}
    # wasm-opt sorts functions by their names; these are only for that.
    names = b"".join(leb128(imported + one) + b"\x05" + b"%05d" % ranks[one] for one in range(count))
    names = leb128(count) + names
    section = b"\x04name\x01" + leb128(len(names)) + names
    wasm.write_bytes(data + b"\0" + leb128(len(section)) + section)
    wasm_opt(wasm, "--reorder-functions-by-name", "--strip-debug")


def optimise_parts(site, script):
    """Makes the parts that are loaded on need small, too, and renames them by what they are then."""
    text = script.read_text()
    for part in sorted(site.glob("app-more-*.wasm")):
        wasm_opt(part, "-Oz", "--strip-debug")
        name = name_part(part.read_bytes())
        text = text.replace(part.name, name)
        print(f"{part.name} → {name}: {part.stat().st_size:,} bytes")
        part.rename(site / name)
    script.write_text(text)


def main():
    site = pathlib.Path(sys.argv[1])
    index = site / "index.html"
    text = index.read_text()
    [page] = site.glob("app-*_bg.wasm")
    script = site / page.name.replace("_bg.wasm", ".js")
    programs = sorted(site.glob("*_bg.wasm"))
    before = {path: (integrity(path), path.stat().st_size) for path in [*programs, script]}
    for wasm in programs:
        # The engine has to be fast, the page small. Without the limit wasm-opt makes one
        # function of 220 kB out of all that has one caller: the browser optimises whole
        # functions, and takes over a second for that one.
        wasm_opt(wasm, *(["-Oz", "--one-caller-inline-max-function-size=30"] if wasm == page else ["-O3", "--one-caller-inline-max-function-size=40"]))
    optimise_parts(site, script)
    shorten(page, script)
    order_by_size(page)
    for path, (digest, size) in before.items():
        text = text.replace(digest, integrity(path))
        print(f"{path.name}: {size:,} → {path.stat().st_size:,} bytes")
    index.write_text(text)
    links = re.findall(r'href="\./([^"]+)"[^>]*integrity="([^"]+)"', text)
    if not links:
        sys.exit("index.html holds no checksums; has the form of its links changed?")
    for name, wanted in links:
        if integrity(site / name) != wanted:
            sys.exit(f"{name} does not match its checksum in index.html")


if __name__ == "__main__":
    main()
