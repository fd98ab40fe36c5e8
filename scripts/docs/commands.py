#!/usr/bin/env python3
"""Checks that what the documents have somebody type is there: targets of make, scripts of npm, files of `scripts`.

The programs' own commands are checked by a test that asks the programs (`gateway/tests/it/documented.rs`)."""

import json
import re

import texts


def targets(makefile):
    """The Makefile's targets."""
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))


def npm_scripts(root):
    """The scripts of all packages of npm here."""
    found = set()
    for name in texts.files(root, "package.json", "*/package.json"):
        found.update(json.loads(texts.read(root, name)).get("scripts", {}))
    return found


def check(root):
    """Every fault, and how many commands were looked at."""
    made, scripts, known = targets(texts.read(root, "Makefile")), npm_scripts(root), set(texts.files(root))
    faults, looked = [], 0
    for name in texts.files(root, "*.md"):
        for number, code in texts.inside_code(texts.read(root, name)):
            code = code.split(" #")[0]
            asked = [("make", word, made) for word in re.findall(r"(?:^|[\s&;])make(?: -\S+)* ([a-z][a-z-]*)\b", code)]
            asked += [("npm run", word, scripts) for word in re.findall(r"\bnpm run(?: --\S+)* ([\w-]+)", code)]
            asked += [("file", word, known) for word in re.findall(r"(?<![\w./])(scripts/[\w./-]+\.(?:sh|py))\b", code)]
            for kind, word, those in asked:
                looked += 1
                if word not in those:
                    faults.append(f"{name}:{number}: there is no {kind} {word}")
    return faults, looked


if __name__ == "__main__":
    faults, looked = check(texts.ROOT)
    texts.end("commands", faults, f"{looked} commands are there")
