#!/usr/bin/env python3
"""Refuses circles of imports between the files of a crate, so that each floor stands on those below it.

    scripts/circles.py [FOLDER]   looks at all crates of the folder (this checkout); exits 1 and names each circle
    scripts/circles.py --test     tries itself on planted crates

A file imports another if one of its paths (`use`, or in an expression) ends at an item which that file defines;
re-exports are followed to their end. A module and the files below it may use each other: what they share stands in
the module's own file. Between any others a circle is one. Tests are not looked at.
"""

import pathlib
import re
import sys
import tempfile

# Crates that are being rebuilt. Their circles are not refused yet.
NOT_YET = set()

ITEM = re.compile(
    r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:default\s+|async\s+|const\s+|unsafe\s+|extern\s+\"[^\"]*\"\s+)*"
    r"(?:fn|struct|enum|trait|type|union|static|const|macro_rules!)\s+(?:mut\s+)?(\w+)", re.M)
MODULE = re.compile(r"^\s*(?:#\[path = \"([^\"]+)\"\]\s*)?(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;", re.M)
USE = re.compile(r"^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", re.M)
PATH = re.compile(r"\b(?:crate|super|self)(?:::\w+)+")


def without_noise(text):
    """The text without comments, literals and what only tests compile."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\])*"', lambda found: found.group() if found.group().endswith('.rs"') else '""', text)
    test = re.search(r"#\[cfg\(test\)\]", text)
    while test:
        rest = text[test.end():]
        semicolon, brace = rest.find(";"), rest.find("{")
        if semicolon >= 0 and (brace < 0 or semicolon < brace):
            end = semicolon + 1
        else:
            end, depth = brace + 1, 1
            while depth and end < len(rest):
                depth += (rest[end] == "{") - (rest[end] == "}")
                end += 1
        text = text[:test.start()] + rest[end:]
        test = re.search(r"#\[cfg\(test\)\]", text)
    return text


def leaves(tree):
    """`a::{b, c as d}` as [(["a", "b"], "b"), (["a", "c"], "d")]."""
    tree = tree.strip()
    brace = tree.find("{")
    if brace < 0:
        path, _, name = tree.partition(" as ")
        parts = [part.strip() for part in path.split("::") if part.strip()]
        if parts and parts[-1] == "self" and len(parts) > 1:
            parts.pop()
        return [(parts, name.strip() or (parts[-1] if parts else ""))]
    before = [part.strip() for part in tree[:brace].split("::") if part.strip()]
    inner, depth, part, parts = tree[brace + 1:tree.rfind("}")], 0, "", []
    for letter in inner:
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    found = []
    for each in parts + [part]:
        if each.strip():
            for path, name in leaves(each):
                if path == ["self"]:
                    path = []
                found.append((before + path, name if path else before[-1]))
    return found


class Crate:
    """The modules of one crate, by path: ("a", "b") is `crate::a::b`."""

    def __init__(self, root):
        self.files, self.texts, self.items, self.uses = {}, {}, {}, {}
        self.add((), root, root.parent)

    def add(self, name, file, folder):
        text = without_noise(file.read_text(encoding="utf-8"))
        self.files[name], self.texts[name] = file, text
        self.items[name] = set(ITEM.findall(text))
        self.uses[name] = [leaf for tree in USE.findall(text) for leaf in leaves(re.sub(r"\s+", " ", tree))]
        for path, child in MODULE.findall(text):
            places = [file.parent / path] if path else [folder / f"{child}.rs", folder / child / "mod.rs"]
            for place in places:
                if place.is_file():
                    self.add(name + (child,), place, folder / child)

    def absolute(self, module, path):
        """The path from the crate's root, or None if it leaves the crate."""
        first, rest = path[0], path[1:]
        if first == "crate":
            return tuple(rest)
        here = module
        while path and path[0] in ("self", "super"):
            here = here[:-1] if path[0] == "super" else here
            path = path[1:]
        if first in ("self", "super"):
            return here + tuple(path)
        if module + (first,) in self.files:
            return module + tuple(path)
        return None

    def owners(self, path, seen=()):
        """The modules that define what the path names."""
        for length in range(len(path), -1, -1):
            module = path[:length]
            if module not in self.files:
                continue
            if length == len(path):
                return {module}
            name = path[length]
            if name == "*" or name in self.items[module] or (module, name) in seen:
                return {module}
            found = set()
            for used, given in self.uses[module]:
                target = self.absolute(module, used) if used else None
                if target is None:
                    continue
                if given == name:
                    found |= self.owners(target, seen + ((module, name),))
                elif given == "*" and name in self.items.get(target[:-1], ()):
                    found.add(target[:-1])
            return found or {module}
        return set()

    def edges(self):
        graph = {}
        for module, text in self.texts.items():
            paths = [path for path, _ in self.uses[module] if path]
            paths += [found.split("::") for found in PATH.findall(USE.sub("", text))]
            targets = set()
            for path in paths:
                target = self.absolute(module, path)
                if target is not None:
                    targets |= self.owners(target)
            is_above = lambda other: module[:len(other)] == other or other[:len(module)] == module
            graph[module] = {target for target in targets if not is_above(target)}
        return graph

    def circles(self):
        """Groups of files each of which reaches all others (Tarjan)."""
        graph, index, low, stack, found = self.edges(), {}, {}, [], []

        def visit(node):
            index[node] = low[node] = len(index)
            stack.append(node)
            for target in sorted(graph[node]):
                if target not in index:
                    visit(target)
                    low[node] = min(low[node], low[target])
                elif target in stack:
                    low[node] = min(low[node], index[target])
            if low[node] == index[node]:
                group = []
                while not group or group[-1] != node:
                    group.append(stack.pop())
                if len(group) > 1:
                    found.append(sorted(group))

        for node in sorted(graph):
            if node not in index:
                visit(node)
        return [[(self.files[node], sorted(self.files[to].name for to in graph[node] if to in group)) for node in group]
                for group in found]


def roots(folder):
    """The root file of each library and program below the folder."""
    for manifest in sorted(folder.rglob("Cargo.toml")):
        if "target" not in manifest.relative_to(folder).parts:
            source = manifest.parent / "src"
            yield from (file for file in [source / "lib.rs", source / "main.rs", *sorted(source.glob("bin/*.rs")),
                                          *sorted(source.glob("bin/*/main.rs"))] if file.is_file())


def look(folder):
    """All circles of all crates, as text."""
    said = []
    for root in roots(folder):
        if str(root.relative_to(folder)) in NOT_YET:
            continue
        for circle in Crate(root).circles():
            lines = [f"{root.relative_to(folder)}: {len(circle)} files import each other in a circle:"]
            lines += [f"    {file.relative_to(folder)} imports {', '.join(targets)}" for file, targets in circle]
            said.append("\n".join(lines))
    return said


def test():
    level = {"lib.rs": "mod a;\nmod b;\nmod c;\npub use b::{B, Deep as D};", "a.rs": "use crate::{B, D};\npub struct A;",
             "b.rs": "mod deep;\npub use deep::Deep;\npub struct B;", "b/deep.rs": "use super::B;\npub struct Deep(B);",
             "c.rs": "use crate::a::A;\n#[cfg(test)]\nmod tests {\n    use crate::d;\n}"}
    planted = {
        "level": (level, 0),
        "direct": ({**level, "b.rs": level["b.rs"] + "\nuse crate::a::A;"}, 1),
        "through a re-export": ({**level, "b/deep.rs": "use crate::A;\npub struct Deep(A);",
                                 "lib.rs": level["lib.rs"] + "\npub use a::A;"}, 1),
        "in an expression": ({**level, "b.rs": level["b.rs"] + "\nfn f() { crate::c::run() }",
                              "c.rs": "use crate::B;\npub fn run() {}"}, 1),
        "in a comment alone": ({**level, "b.rs": level["b.rs"] + "\n// use crate::a::A;"}, 0),
        "of three": ({"lib.rs": "mod a;\nmod b;\nmod c;", "a.rs": "use crate::b::x;", "b.rs": "use super::c;\npub fn x() {}",
                      "c.rs": "use crate::{a::{self, y}};"}, 1),
    }
    for name, (files, expected) in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "Cargo.toml").touch()
            for file, text in files.items():
                (folder / "src" / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / "src" / file).write_text(text)
            found = len(look(folder))
            if found != expected:
                sys.exit(f"scripts/circles.py: {name}: {found} circles were found, {expected} are planted")


def main():
    if sys.argv[1:] == ["--test"]:
        test()
        return
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    said = look(folder)
    if said:
        print("\n".join(said), file=sys.stderr)
        sys.exit("scripts/circles.py: move what both sides need into a file below them")


main()
