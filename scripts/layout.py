#!/usr/bin/env python3
"""Refuses files, functions and modules that are laid out otherwise than docs/contribute/style.md says.

    scripts/layout.py [FOLDER]   looks at all that git has in the folder (this checkout); exits 1 and names each fault
    scripts/layout.py --figures  prints files, lines, functions and tests of Rust, by crate
    scripts/layout.py --test     tries itself on planted files

A function's lines are counted from `fn` to its last brace. Where that brace is, rustfmt's indentation says.
"""

import pathlib
import re
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "docs"))
import texts  # noqa: E402

LONGEST_FILE = 500
LONGEST_FUNCTION = 70
MEDIAN_BELOW = 10
PROGRAMS = (".rs", ".ts", ".mjs", ".js", ".css", ".py", ".sh")
# Made by programs.
GENERATED = ("dashboards/web/src/api/types.ts",)

FUNCTION = re.compile(
    r"( *)(?:pub(?:\([^)]*\))? )?(?:default |async |const |unsafe |extern \"[^\"]*\" )*fn (\w+)")
TEST = re.compile(r"^ *#\[(?:tokio::)?test\b", re.M)


def functions(text):
    """Each function with a body: the line of its `fn`, its name, and how many lines it has."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        found = FUNCTION.match(line)
        if not found:
            continue
        indent = found.group(1)
        for end in range(start, len(lines)):
            last = lines[end]
            if end == start and re.search(r"\{.*\}$", last) or end > start and re.match(rf"{indent}\}}", last):
                yield start + 1, found.group(2), end - start + 1
                break
            if last.endswith(";") and not re.search(r"\{$", "\n".join(lines[start:end]), re.M):
                break  # a trait's, without a body


def stray_tests(text):
    """How many tests stand outside of `mod tests`."""
    inline = re.search(r"^( *)mod tests \{.*?^\1\}", text, re.M | re.S)
    return len(TEST.findall(text)) - (len(TEST.findall(inline.group())) if inline else 0)


def module_faults(root, name, text):
    """What is wrong with a file's place among the modules."""
    path = pathlib.PurePosixPath(name)
    crate = next(folder for folder in path.parents if (root / folder / "Cargo.toml").is_file() or not folder.name)
    parts = path.relative_to(crate).parts
    if path.name == "mod.rs" and not (parts[0] == "tests" and len(parts) == 3):
        yield f"{name}: a module is `x.rs` beside a folder `x/`; only what test programs share is a `mod.rs`"
    folder = path.parent
    is_root = len(parts) <= 2 or parts[-2] == "bin" or any((root / folder / own).is_file() for own in ("main.rs", "mod.rs"))
    if not is_root and not (root / folder.with_suffix(".rs")).is_file():
        yield f"{name}: there is no {folder.with_suffix('.rs')}, whose module this would be"
    if parts[0] == "src" and "tests" not in parts and path.name != "tests.rs" and stray_tests(text):
        yield f"{name}: {stray_tests(text)} tests stand outside of `mod tests`; its file would be {path.with_suffix('')}/tests.rs"


def look(root):
    """All that is laid out otherwise, in words, and how long each function is."""
    faults, lengths = [], []
    for name in texts.files(root):
        if not name.endswith(PROGRAMS) or name in GENERATED:
            continue
        text = texts.read(root, name)
        count = len(text.splitlines())
        if count > LONGEST_FILE:
            faults.append(f"{name}: {count} lines; a file has at most {LONGEST_FILE}")
        if not name.endswith(".rs"):
            continue
        faults += module_faults(root, name, text)
        for line, function, length in functions(text):
            lengths.append(length)
            if length > LONGEST_FUNCTION:
                faults.append(f"{name}:{line}: `{function}` has {length} lines; it has at most {LONGEST_FUNCTION}")
    if lengths and statistics.median(lengths) >= MEDIAN_BELOW:
        faults.append(f"half of the functions have {statistics.median(lengths):.0f} lines or more; it should be below {MEDIAN_BELOW}")
    return faults, lengths


def figures(root):
    """Lines of a table: what each crate has."""
    crates = {}
    for name in texts.files(root, "*.rs"):
        path = pathlib.PurePosixPath(name)
        crate = next(folder for folder in path.parents if (root / folder / "Cargo.toml").is_file())
        crates.setdefault(str(crate), []).append(texts.read(root, name))
    yield f"{'crate':32} {'files':>6} {'lines':>7} {'functions':>10} {'median':>7} {'longest':>8} {'tests':>6} {'per 1000':>9}"
    for crate, files in [*sorted(crates.items()), ("all", [text for files in crates.values() for text in files])]:
        lengths = [length for text in files for _, _, length in functions(text)] or [0]
        lines = sum(len(text.splitlines()) for text in files)
        tests = sum(len(TEST.findall(text)) for text in files)
        yield (f"{crate:32} {len(files):6} {lines:7} {len(lengths):10} {statistics.median(lengths):7.0f} {max(lengths):8}"
               f" {tests:6} {1000 * tests / lines:9.1f}")


def test():
    long = "fn long(\n    a: u8,\n) {\n" + "    a();\n" * 66 + "}\n"
    level = {
        "Cargo.toml": "", "src/lib.rs": "mod a;\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n",
        "src/a.rs": "mod b;\n#[cfg(test)]\nmod tests;\n" + long, "src/a/b.rs": "trait B {\n    fn b(\n        self,\n    );\n}\n",
        "src/a/tests.rs": "mod c;\n#[test]\nfn works() {}\n", "src/a/tests/c.rs": "#[test]\nfn works() {}\n",
        "src/bin/d.rs": "fn main() {}\n", "tests/it/main.rs": "mod e;\n", "tests/it/e.rs": "#[test]\nfn works() {}\n",
        "tests/shared/mod.rs": "mod f;\n", "tests/shared/f.rs": "", "benches/g.rs": "fn main() {}\n",
    }
    planted = {
        "level": ({}, []),
        "a long file": ({"src/a/b.rs": "\n" * 501}, ["src/a/b.rs: 501 lines"]),
        "a long script": ({"x.py": "\n" * 501}, ["x.py: 501 lines"]),
        "a long function": ({"src/a/b.rs": "impl B {\n    " + long.replace("\n", "\n    ").replace("a();", "a();\n", 1) + "\n}\n"},
                            ["src/a/b.rs:2: `long` has 71 lines"]),
        "long functions": ({f"src/a{number}.rs": "fn f() {\n" + "    a();\n" * 9 + "}\n" for number in range(9)},
                           ["half of the functions have 11 lines or more"]),
        "a mod.rs": ({"src/a/mod.rs": ""}, ["src/a/mod.rs: a module is `x.rs`"]),
        "a folder alone": ({"src/z/b.rs": ""}, ["src/z/b.rs: there is no src/z.rs"]),
        "a test outside": ({"src/a/b.rs": "#[test]\nfn works() {}\nmod tests {\n    #[test]\n    fn does() {}\n}\n"},
                           ["src/a/b.rs: 1 tests stand outside"]),
    }
    for name, (files, expected) in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            texts.subprocess.run(["git", "init", "--quiet", root], check=True)
            for file, text in {**level, **files}.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_text(text, encoding="utf-8")
            found, lengths = look(root)
            if len(found) != len(expected) or not all(one.startswith(planned) for one, planned in zip(found, expected)):
                sys.exit(f"scripts/layout.py: {name}: found are {found}, planted are {expected}")
            if name == "level" and sorted(lengths) != [1] * 6 + [LONGEST_FUNCTION]:
                sys.exit(f"scripts/layout.py: the lengths of the level crate are {sorted(lengths)}")


def main(arguments):
    if arguments == ["--test"]:
        test()
        return
    if arguments == ["--figures"]:
        print("\n".join(figures(texts.ROOT)))
        return
    faults, lengths = look(pathlib.Path(arguments[0]).resolve() if arguments else texts.ROOT)
    texts.end("layout", faults, f"{len(lengths)} functions have a median of {statistics.median(lengths or [0]):.0f} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
