#!/usr/bin/env python3
"""Prints the licence texts of everything that the static binary holds: the licences ask for that.

Reads the folders where Cargo keeps the sources. A package without a licence file is named with its SPDX expression.
"""

import json
import pathlib
import subprocess

TARGET = "x86_64-unknown-linux-gnu"
NAMES = ("copying", "licence", "license", "notice", "unlicense")
GLIBC = """The binary also holds parts of glibc (LGPL-2.1-or-later) and of the runtime of GCC (GPL-3.0-or-later with
the GCC Runtime Library Exception). The sources of ringform and packaging/build-static.sh link them again, also to another
version of glibc. Rust's standard library: MIT OR Apache-2.0.
"""


def cargo(*words):
    return subprocess.run(["cargo", *words], check=True, capture_output=True, text=True).stdout


def linked():
    """The names and versions that are linked, without build scripts and tests."""
    of = ("--locked", "--target", TARGET, "--edges", "normal,no-proc-macro")
    lines = cargo("tree", *of, "--prefix", "none", "--format", "{p}")
    pairs = {tuple(line.split()[:2]) for line in lines.splitlines() if line}
    return sorted((name, version.lstrip("v")) for name, version in pairs if name != "ringform")


def texts(folder):
    """The licence files of a package. Code of others that a package brings has its own, further down."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name.lower().startswith(NAMES))


def main():
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET))
    packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
    print(GLIBC)
    first = {}
    for key in linked():
        package = packages[key]
        print(f"{'=' * 80}\n{key[0]} {key[1]}: {package['license']}\n")
        folder = pathlib.Path(package["manifest_path"]).parent
        for path in texts(folder):
            text, name = path.read_text(errors="replace").strip(), f"{key[0]}/{path.relative_to(folder)}"
            if text in first:
                print(f"--- {name}: the same text as {first[text]}\n")
            else:
                first[text] = name
                print(f"--- {name}\n{text}\n")


main()
