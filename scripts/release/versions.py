#!/usr/bin/env python3
"""Checks that one version is written everywhere: versions.py [TAG]. Prints it, or what differs."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboards/web/package.json",)
DEBIAN = ("gateway/packaging", "runtime/node/packaging", "dashboards/packaging")


def written(root):
    """Pairs of a place and the version that stands there."""
    found = re.search(r'^\[workspace\.package\]\nversion = "([^"]+)"', (root / "Cargo.toml").read_text(), re.MULTILINE)
    yield "Cargo.toml", found.group(1) if found else None
    found = re.search(r"^## (\d[^ \n]*)", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    yield "CHANGELOG.md", found.group(1) if found else None
    for name in PACKAGES:
        yield name, json.loads((root / name).read_text())["version"]
    for folder in DEBIAN:
        found = re.match(r"[\w-]+ \(([^)-]+)-", (root / folder / "changelog").read_text())
        yield f"{folder}/changelog", found.group(1) if found else None
        for manual in sorted((root / folder).glob("*.1")):
            found = re.search(r'"DeREN ([^"]+)"', manual.read_text())
            yield f"{folder}/{manual.name}", found.group(1) if found else None


def faults(root, tag=None):
    """The version, and what differs from it."""
    places = dict(written(root))
    version = places["Cargo.toml"]
    wrong = [f"{place} says {said}, and Cargo.toml {version}" for place, said in places.items() if said != version]
    if tag is not None and tag != f"v{version}":
        wrong.append(f"the tag is {tag}, and Cargo.toml says {version}: it must be v{version}")
    return version, wrong


if __name__ == "__main__":
    version, wrong = faults(ROOT, *sys.argv[1:2])
    for fault in wrong:
        print(f"release: {fault}", file=sys.stderr)
    print(version)
    sys.exit(1 if wrong else 0)
