#!/usr/bin/env python3
"""Counts where prose breaks the rules of docs/contribute/style.md, and refuses that the counts grow.

Rules: a line has at most 120 columns (`line`), a sentence at most 25 words (`sentence`), a comment's subject comes
first (`subject`), and no word stands where the glossary has another one (`word`). Prose is Markdown outside of code
and tables, and comments of programs. `prose-counts.json` has what is allowed today, by folder: `--write` lowers it.
Arguments name files: then each place in them is printed."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import texts

COUNTS = Path(__file__).with_name("prose-counts.json")
GLOSSARY = "docs/glossary.md"
LONGEST_LINE = 120
LONGEST_SENTENCE = 25
COMMENTS = {
    "rs": r"\s*//[/!]?\s?(.*)",
    "ts": r"\s*(?://+|/\*\*?|\*(?!/))\s?(.*?)(?:\*/)?$",
    "mjs": r"\s*(?://+|/\*\*?|\*(?!/))\s?(.*?)(?:\*/)?$",
    "js": r"\s*(?://+|/\*\*?|\*(?!/))\s?(.*?)(?:\*/)?$",
    "tsx": r"\s*(?://+|/\*\*?|\*(?!/))\s?(.*?)(?:\*/)?$",
    "sql": r"\s*--\s?(.*)",
    "sh": r"\s*#(?!!)\s?(.*)",
    "toml": r"\s*#\s?(.*)",
}
# What others wrote, or what is made from code whose comments are counted there.
NOT_OURS = ("meters/templates/", "meters/tests/telegrams/", "fuzz/seeds/", "docs/reference/template-keys.md", "docs/reference/events.md")
SUBJECT_LAST = re.compile(r"(?:So|As) (?:many|much|long|far|often)\b(?! as)")
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|approx|cf|vs|No)\.")


def banned(glossary):
    """What the glossary says not to say, with what to say instead."""
    found = {}
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[2] in ("not", "") or cells[2].startswith("-"):
            continue
        for word in cells[2].split(","):
            found[word.strip().lower()] = cells[0]
    return found


def paragraphs(name, text):
    """Blocks of prose, each a list of pairs of line number and text."""
    block = []
    if name.endswith(".md"):
        lines = [(number, line) for number, line in texts.outside_code(text)]
        before = 0
        for number, line in lines:
            ends = not line.strip() or re.match(r"\s*(?:\||#|<|!\[)", line)
            if block and (ends or number != before + 1 or re.match(r"\s*(?:[-*+]|\d+\.)\s", line)):
                yield block
                block = []
            if not ends:
                block.append((number, re.sub(r"^\s*(?:[-*+]|\d+\.|>)\s+", "", line)))
            before = number
    else:
        pattern = COMMENTS.get(name.rsplit(".", 1)[-1])
        in_code = False
        for number, line in enumerate(text.splitlines(), 1):
            found = re.fullmatch(pattern, line) if pattern else None
            words = found.group(1) if found else ""
            if words.lstrip().startswith("```"):
                in_code, words = not in_code, ""
            if not found:
                in_code = False
            if in_code or not words.strip() or re.match(r"\s*(?:[#|]|\[[^\]]+\]:)", words):
                if block:
                    yield block
                block = []
                continue
            if block and (block[-1][0] != number - 1 or re.match(r"\s*(?:[-*+]|\d+\.)\s", words)):
                yield block
                block = []
            block.append((number, re.sub(r"^\s*(?:[-*+]|\d+\.)\s+", "", words)))
    if block:
        yield block


def sentences(block):
    """Pairs of the line in which a sentence begins, and the sentence."""
    words = []
    for number, line in block:
        line = re.sub(r"`[^`]*`", "code", line)
        line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
        line = re.sub(r"<?https?://\S+", "link", ABBREVIATION.sub("abbreviation", line))
        words += [(number, word) for word in line.split()]
    begun = []
    for number, word in words:
        begun.append((number, word))
        if re.search(r"[.!?]['\")*_]*$", word):
            yield begun[0][0], [word for _, word in begun if re.search(r"\w", word)]
            begun = []
    if begun:
        yield begun[0][0], [word for _, word in begun if re.search(r"\w", word)]


def places(name, text, instead):
    """Each place that breaks a rule: its line, the rule, and what stands there."""
    markdown = name.endswith(".md")
    for number, line in texts.outside_code(text) if markdown else enumerate(text.splitlines(), 1):
        ours = not line.startswith("|") if markdown else re.fullmatch(COMMENTS[name.rsplit(".", 1)[-1]], line)
        if ours and len(line) > LONGEST_LINE and not re.search(r"https?://|\]\(", line):
            yield number, "line", f"{len(line)} columns"
    if name == GLOSSARY:
        return
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, instead))})\b", re.IGNORECASE) if instead else None
    for block in paragraphs(name, text):
        if not markdown and SUBJECT_LAST.match(block[0][1].lstrip()):
            yield block[0][0], "subject", block[0][1].strip()[:60]
        for number, words in sentences(block):
            if len(words) > LONGEST_SENTENCE:
                yield number, "sentence", f"{len(words)} words: {' '.join(words[:6])} …"
        for number, line in block:
            for word in pattern.findall(re.sub(r"`[^`]*`|\([^)\s]*\)|\"[^\"]*\"", "", line)) if pattern else ():
                yield number, "word", f"'{word}' is '{instead[word.lower()]}' here"


def count(root, names):
    """How often each rule is broken in each folder, and all places in words."""
    instead = banned(texts.read(root, GLOSSARY) if (root / GLOSSARY).is_file() else "")
    counts, told = Counter(), []
    for name in names:
        if name.startswith(NOT_OURS) or (not name.endswith(".md") and name.rsplit(".", 1)[-1] not in COMMENTS):
            continue
        for number, rule, what in places(name, texts.read(root, name), instead):
            area = name.split("/")[0] if "/" in name else "."
            counts[f"{area} {rule}"] += 1
            told.append(f"{name}:{number}: {rule}: {what}")
    return counts, told


def grown(counts, allowed):
    """What is more than allowed, in words."""
    return [
        f"{key}: {number}, and {allowed.get(key, 0)} are allowed" for key, number in sorted(counts.items())
        if number > allowed.get(key, 0)
    ]


def main(arguments):
    named = [name for name in arguments if not name.startswith("--")]
    counts, told = count(texts.ROOT, named or texts.files(texts.ROOT))
    if named:
        print("\n".join(told))
        return
    if "--write" in arguments:
        COUNTS.write_text(json.dumps(dict(sorted(counts.items())), indent=2) + "\n", encoding="utf-8")
    totals = Counter()
    for key, number in counts.items():
        totals[key.split()[1]] += number
    said = ", ".join(f"{number} {rule}" for rule, number in sorted(totals.items()))
    faults = grown(counts, json.loads(COUNTS.read_text(encoding="utf-8")))
    if faults:
        faults.append("scripts/docs/prose.py FILE… says where; what is new breaks a rule of docs/contribute/style.md")
    texts.end("prose", faults, f"places that break a rule do not grow: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
