"""What the other scripts here share: which files there are, and how Markdown is taken apart."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(root, *patterns):
    """The files that git has or would take, as paths below `root`; those that were deleted are left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})


def read(root, name):
    """The text of a file; nothing if it is no text."""
    try:
        return (root / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def outside_code(text):
    """Pairs of line number and line, without what stands in fences."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if mark and fence is None:
            fence = mark.group(1)
        elif mark and line.strip().startswith(fence):
            fence = None
        elif fence is None:
            yield number, line


def inside_code(text):
    """Pairs of line number and code: lines in fences, and what stands between backticks."""
    prose = dict(outside_code(text))
    for number, line in enumerate(text.splitlines(), 1):
        if number in prose:
            for code in re.findall(r"`([^`]+)`", line):
                yield number, code
        else:
            yield number, line


def without_spans(line):
    """The line without what stands between backticks."""
    return re.sub(r"`[^`]*`", "`", line)


def end(script, faults, done):
    """Prints the faults and leaves with 1, or says what was done."""
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(f"{script}: {len(faults)} of them")
    print(f"{script}: {done}")
