#!/usr/bin/env python3
"""Publishes docs beside the built page: a book by mdBook in DIST/docs, and the link to it in the page's help.

    build_docs.py DIST            builds the book
    build_docs.py --check FOLDER  only writes into FOLDER what mdBook reads, and checks its links

mdBook's table of contents is made here, so that a new page of the documentation needs no entry anywhere.
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# The order of the chapters. Pages that are not named here follow by their names.
FIRST = ["methods/README", "faithfulness", "models", "embedding", "batch", "gradient-branch", "performance"]
PUBLISHED = {".md", ".png", ".jpg", ".svg", ".csv"}
LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HIDDEN = '<p id="docs" hidden>'


def title(page):
    return page.read_text().split("\n", 1)[0].removeprefix("# ").replace("[", "\\[")


def entry(page, depth=0):
    return f"{'  ' * depth}- [{title(page)}]({page.relative_to(DOCS).as_posix()})\n"


def summary():
    """The chapters, those of a folder below its README."""
    names = [page.relative_to(DOCS).with_suffix("").as_posix() for page in [*DOCS.glob("*.md"), *DOCS.glob("*/README.md")]]
    others = sorted(set(names) - set(FIRST) - {"README"})
    text = f"# Summary\n\n[{title(DOCS / 'README.md')}](README.md)\n\n"
    for name in [*(name for name in FIRST if name in names), *others]:
        page = DOCS / f"{name}.md"
        text += entry(page)
        if page.name == "README.md":
            pages = sorted(page.parent.glob("*.md"), key=lambda page: title(page).lower())
            text += "".join(entry(below, 1) for below in pages if below != page)
    return text


def published(file):
    return file.suffix in PUBLISHED and file.is_file() and DOCS in file.parents


def linked(page):
    """A page's text. Links to files that are not published are words; one that leads nowhere is an error."""

    def word(match):
        is_picture, words, target = match.groups()
        path = target.split("#")[0]
        if re.match(r"[a-z]+:", target) or not path:
            return match[0]
        file = (page.parent / path).resolve()
        if not file.exists():
            raise SystemExit(f"{page.relative_to(ROOT)} links to {target}, which is not there")
        if published(file):
            return match[0]
        if is_picture:
            raise SystemExit(f"{page.relative_to(ROOT)} shows {target}, which is not published")
        return words

    # Snippets are shown as they are.
    text, parts, end = page.read_text(), [], 0
    for block in BLOCK.finditer(text):
        parts += [LINK.sub(word, text[end : block.start()]), block[0]]
        end = block.end()
    return "".join([*parts, LINK.sub(word, text[end:])])


def write_book(folder):
    """What mdBook reads."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in filter(published, DOCS.rglob("*")):
        copy = folder / "src" / file.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            copy.write_text(linked(file))
        else:
            shutil.copyfile(file, copy)
    (folder / "src/SUMMARY.md").write_text(summary())
    for name in ("book.toml", "book.css"):
        shutil.copyfile(DOCS / name, folder / name)


def show_link(index):
    """The help's link to the book, which is hidden on a site without one."""
    text = index.read_text()
    if HIDDEN in text:
        index.write_text(text.replace(HIDDEN, '<p id="docs">'))
    elif '<p id="docs">' not in text:
        raise SystemExit(f"{index} has no {HIDDEN}")


def main():
    if sys.argv[1] == "--check":
        write_book(pathlib.Path(sys.argv[2]))
        return
    dist, folder = pathlib.Path(sys.argv[1]).resolve(), ROOT / "target/book"
    write_book(folder)
    subprocess.run(["mdbook", "build", folder, "--dest-dir", dist / "docs"], check=True)
    show_link(dist / "index.html")


if __name__ == "__main__":
    main()
