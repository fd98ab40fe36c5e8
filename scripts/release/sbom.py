#!/usr/bin/env python3
"""Writes what the released programs are made of, as a CycloneDX 1.5 document: sbom.py METADATA TREE > SBOM.

METADATA is what `cargo metadata` prints: versions and licences. TREE is what `cargo tree --prefix none` prints: which
crates are really linked, without macros and what only builds or tests. The pages' packages come from their lock file;
they are more than what the bundler leaves in the pages."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def linked(metadata, tree):
    """The packages that the tree names."""
    named = set(re.findall(r"^(\S+) v(\S+)", tree, re.MULTILINE))
    return [package for package in metadata["packages"] if (package["name"], package["version"]) in named]


def license_of(text):
    """A package's licence as an SPDX expression; some still write a slash for OR, and some have only a file."""
    return [{"expression": re.sub(r"\s*/\s*", " OR ", text)}] if text else []


def crate(package, checksums):
    """A crate as a component."""
    name, version = package["name"], package["version"]
    component = {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:cargo/{name}@{version}",
        "licenses": license_of(package["license"]),
    }
    if (name, version) in checksums:
        component["hashes"] = [{"alg": "SHA-256", "content": checksums[name, version]}]
    return component


def checksums_of(lock):
    """What Cargo.lock says of each crate of the registry."""
    pattern = r'name = "([^"]+)"\nversion = "([^"]+)"\nsource = "registry[^"]*"\nchecksum = "([0-9a-f]{64})"'
    return {(name, version): checksum for name, version, checksum in re.findall(pattern, lock)}


def npm(lock):
    """The packages that are built into the pages."""
    for path, package in lock["packages"].items():
        if path and "version" in package and not package.get("dev") and not package.get("optional"):
            name = path.rsplit("node_modules/", 1)[-1]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
            license = license_of(package.get("license"))
            yield {
                "type": "library", "bom-ref": f"{purl}#{path}", "name": name, "version": package["version"],
                "purl": purl, "licenses": license,
            }


def document(metadata, tree, cargo_lock, npm_lock):
    """The whole document, the same for the same input."""
    packages = linked(metadata, tree)
    checksums = checksums_of(cargo_lock)
    crates = sorted((crate(package, checksums) for package in packages), key=lambda one: one["bom-ref"])
    version = next(package["version"] for package in packages if package["name"] == "deren-gateway")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "deren", "version": version}},
        "components": crates + sorted(npm(npm_lock), key=lambda one: one["bom-ref"]),
    }


if __name__ == "__main__":
    metadata, tree = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    locks = ((ROOT / name).read_text(encoding="utf-8") for name in ("Cargo.lock", "dashboards/web/package-lock.json"))
    cargo_lock, npm_lock = locks
    json.dump(document(json.loads(metadata), tree, cargo_lock, json.loads(npm_lock)), sys.stdout, indent=1, sort_keys=True)
    print()
