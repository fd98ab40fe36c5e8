#!/usr/bin/env python3
"""Checks every link in Markdown that stays in this repository: the file is there, and so is the heading.

Also checks each path between backticks in Markdown that begins with a folder of this repository, and each document
that a program, a script or a comment names. Asks no network."""

import html
import re
from pathlib import PurePosixPath
from posixpath import normpath

import texts

LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\s{0,3}\[[^\]^]+\]:\s+<?(\S+?)>?(?:\s|$)")
TAG = re.compile(r"<(?:a|img)\s[^>]*?(?:href|src)=\"([^\"]+)\"")
NAMED = re.compile(r"(?<![\w./\\-])((?:[\w-]+/)*README\.md|docs/[\w./-]+\.(?:md|svg|png))(?![\w/])")
SPAN = re.compile(r"`((?:\.ci|\.github|dashboards|docs|fuzz|gateway|market|meters|runtime|scripts|tests)/[\w./-]+)`")
# They name documents of other repositories, as their source.
FOREIGN = ("meters/templates/", "meters/tests/", "fuzz/seeds/", "scripts/docs/tests.py", "meters/tests/telegrams/")


def slugs(text):
    """The anchors that GitHub gives a document's headings, and those that it sets itself."""
    found, seen = set(), {}
    for _, line in texts.outside_code(text):
        found.update(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", line))
        heading = re.match(r"\s{0,3}#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1))
        words = html.unescape(re.sub(r"<[^>]+>", "", words)).lower()
        slug = re.sub(r"[^\w\- ]", "", words.replace("`", "").replace("*", "")).replace(" ", "-")
        times = seen.get(slug, 0)
        seen[slug] = times + 1
        found.add(f"{slug}-{times}" if times else slug)
    return found


def links(text):
    """Pairs of line number and target."""
    for number, line in texts.outside_code(text):
        bare = texts.without_spans(line)
        for pattern in (LINK, REFERENCE, TAG):
            for target in pattern.findall(bare):
                yield number, target


def check(root):
    """Every fault, and how many links were looked at."""
    known = set(texts.files(root))
    faults, looked = [], 0
    folders = {str(parent) for name in known for parent in PurePosixPath(name).parents}
    documents = {name: texts.read(root, name) for name in known if name.endswith(".md")}
    anchors = {}
    for name in sorted(documents):
        for number, target in links(documents[name]):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            looked += 1
            path, _, anchor = target.partition("#")
            there = name if not path else normpath(str(PurePosixPath(name).parent / path))
            if there not in known and there not in folders:
                faults.append(f"{name}:{number}: there is no {there}: {target}")
            elif anchor and there in documents:
                if anchor not in anchors.setdefault(there, slugs(documents[there])):
                    faults.append(f"{name}:{number}: {there} has no heading #{anchor}")
        for number, line in [] if name.startswith(FOREIGN[-1]) else texts.outside_code(documents[name]):
            for path in SPAN.findall(line):
                looked += 1
                places = {normpath(str(parent / path)) for parent in PurePosixPath(name).parents}
                if not places & (known | folders):
                    faults.append(f"{name}:{number}: there is no {path}")
    for name in sorted(known - set(documents)):
        if name.startswith(FOREIGN) or name.endswith("lock.json"):
            continue
        for number, line in enumerate(texts.read(root, name).splitlines(), 1):
            for target in NAMED.findall(line):
                looked += 1
                beside = normpath(str(PurePosixPath(name).parent / target))
                if target not in known and beside not in known:
                    faults.append(f"{name}:{number}: there is no {target}")
    return faults, looked


if __name__ == "__main__":
    faults, looked = check(texts.ROOT)
    texts.end("links", faults, f"{looked} links lead somewhere")
