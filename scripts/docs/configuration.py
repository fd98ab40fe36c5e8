"""Every key and option of our programs, taken from where they are declared: for docs/reference/configuration.md."""

import re
import textwrap

import texts

GATEWAY = "gateway/src/settings/known.rs"
DASHBOARDS = "dashboards/src/settings/known.rs"
NODE = "runtime/node/src/cli.rs"
NEIGHBOURHOOD = "tests/neighbourhood/src/bin/deren-neighbourhood"
# Where a declaration's named numbers are.
NUMBERS = (GATEWAY, DASHBOARDS, "gateway/src/outbox/bounds.rs", "market/src/reading/measuring.rs", NODE)
UNITS = {
    "_ms": "ms", "_s": "s", "_days": "days", "_mb": "MiB", "_w": "W", "_permille": "thousandths",
    "_ueur_per_kwh": "µ€/kWh", "_seconds": "s", "kbytes": "KiB",
}
DECLARATION = re.compile(
    r'((?:[ \t]*///[^\n]*\n)+)[ \t]*pub\(crate\) (?:mod (?P<module>\w+) \{|const \w+: Key(?:<[^=]*>)?\s*=\s*(?P<key>.*?);\n)',
    re.S)
KEY = re.compile(
    r'Key::(?P<kind>\w+)\("(?P<name>\w+)"(?:, (?P<range>.*?))?\)(?:\.needed\("(?P<needed>.*)"\))?(?:\.or\((?P<default>.*)\))?')
OPTION = re.compile(r"((?:[ \t]*///[^\n]*\n)+)[ \t]*#\[arg\((.*?)\)\]\n[ \t]*(?:pub )?(\w+): ([\w<>:]+)", re.S)


def comment(lines):
    """A comment of Rust as one line."""
    parts = (line.strip().removeprefix("///").strip() for line in lines.splitlines())
    return " ".join(part for part in parts if part).replace("|", "\\|")


def unit(name):
    """The unit that a name ends with."""
    return next((unit for ending, unit in sorted(UNITS.items(), key=lambda one: -len(one[0])) if name.endswith(ending)), "")


class Numbers:
    """What named numbers stand for, in the files that have them."""

    def __init__(self, root):
        self.text = "\n".join(texts.read(root, name) for name in NUMBERS if (root / name).is_file())

    def of(self, written):
        """The number, range or text that `written` names; itself, if it names none."""
        written = written.strip().removesuffix(" as i64")
        address = re.search(r"Ipv4Addr::LOCALHOST\), (\d+)\)", written)
        if address:
            return f"127.0.0.1:{address.group(1)}"
        largest = re.fullmatch(r"([ui])(\d+)::MAX", written)
        if largest:
            return str(2 ** (int(largest.group(2)) - (largest.group(1) == "i")) - 1)
        if re.fullmatch(r"\w*[A-Za-z]\w*(?:(?:::|\.)\w+)*", written) and written not in ("true", "false"):
            name = re.split(r"::|\.", written)[-1]
            found = re.search(rf"\b{name}: (?:[\w<>&]+ = )?([\d_.=]+|\"[^\"]*\")[,; ]", self.text)
            if not found:
                raise ValueError(f"{written}: none of {', '.join(NUMBERS)} says what it is")
            written = found.group(1)
        return written.replace("_", "").strip('"') if re.match(r"[\d\"]", written) else written

    def between(self, written):
        """Both ends of a range; nothing where every number will do."""
        whole = written if "..=" in written else self.of(written)
        ends = [self.of(end) for end in whole.split("..=")]
        if len(ends) != 2:
            raise ValueError(f"{written} is no range")
        return f" from {ends[0]}" if int(ends[1]) >= 2 ** 32 - 1 else f" {ends[0]} to {ends[1]}"


def keys(source, prefix, has_variables, numbers):
    """A part for each table of the file: its heading, what is said of it, and a row for each of its keys."""
    if len(re.findall(r"const \w+: Key\b", source)) != sum(1 for found in DECLARATION.finditer(source) if found.group("key")):
        raise ValueError("a key has no comment that says what it means")
    parts, module = [("", "", [])], None
    for found in DECLARATION.finditer(source):
        said = comment(found.group(1))
        if found.group("module"):
            module = found.group("module")
            parts.append((re.search(r"`([^`]+)`", said).group(1), said, []))
            continue
        key = KEY.fullmatch(" ".join(found.group("key").split()).replace(" .", "."))
        if not key:
            raise ValueError(f"{found.group('key')} is no declaration of a key")
        name, default = key.group("name"), key.group("default")
        kinds = {"text": "text", "texts": "list of texts", "number": "whole number", "boolean": "true or false"}
        shape = kinds[key.group("kind")] + (numbers.between(key.group("range")) if key.group("range") else "")
        example = (key.group("needed") or "").replace('\\"', '"')
        default = f"`{numbers.of(default)}`" if default else f"needed, like `{example}`" if example else "none"
        table = f"{module}_" if module else ""
        variable = f"`{prefix}{table.upper()}{name.upper()}`" if not module or module in has_variables else "none"
        parts[-1][2].append((f"`{name}`", variable, shape, default, unit(name), said))
    return parts


def options(source, numbers):
    """A row for each option of a command line."""
    rows = []
    for lines, said, name, kind in OPTION.findall(source):
        variable = re.search(r'env = "(\w+)"', said)
        default = re.search(r"default_value(?:_t)? = ([^,\s]+)", said)
        default = f"`{numbers.of(default.group(1))}`" if default else "none" if kind.startswith("Option") else "needed"
        between = re.search(r"range\(([^)]*)\)", said)
        shape = "text or path" if re.search(r"PathBuf|String", kind) else "whole number"
        if kind == "bool":
            shape, default = "given or not", "not given"
        shape += numbers.between(between.group(1)) if between else ""
        rows.append((
            f"`--{name.replace('_', '-')}`", f"`{variable.group(1)}`" if variable else "none", shape, default, unit(name),
            comment(lines),
        ))
    # Options of the SDK that have another default here.
    for name, constant in re.findall(r'\.mut_arg\("(\w+)", \|arg\| arg\.default_value\((\w+)\)\)', source):
        lines = re.search(rf"((?:///[^\n]*\n)+)const {constant}:", source).group(1)
        rows.append((f"`--{name.replace('_', '-')}`", "none", "whole number", f"`{numbers.of(constant)}`", unit(name), comment(lines)))
    return rows


def page(root, table):
    """The parts of the page; `table` makes one of columns and rows."""
    numbers = Numbers(root)
    first = ("variable", "is", "default", "unit", "says")

    def tables(name, prefix, has_variables=()):
        for heading, said, rows in keys(texts.read(root, name), prefix, has_variables, numbers):
            yield from (f"### `{heading}`", says(said)) if heading else ()
            yield table(("key", *first), rows)

    def says(words):
        return textwrap.fill(words, 120, break_long_words=False, break_on_hyphens=False)

    neighbourhood = "".join(texts.read(root, f"{NEIGHBOURHOOD}/{command}.rs") for command in ("demo", "bench"))
    return [
        says(
            "A variable goes before the file. A key that is not known is refused. What is *needed* must be there; *none* "
            "means that nothing stands in for it."),
        "## Gateway",
        says(
            "`deren-gateway` reads a TOML file, which `--config` or `DEREN_GATEWAY_CONFIG` names. Paths in it are relative to "
            "it. `deren-gateway check` names every mistake. The passphrase of an encrypted key is no key of the file: "
            "[README](../../gateway/README.md#the-key) says where it comes from."),
        *tables(GATEWAY, "DEREN_GATEWAY_", ("home_assistant",)),
        "## Dashboards",
        says(
            "One program, `deren-dashboards`, is indexer, books and API. It reads a TOML file, which `--config` names, for "
            "`run`, `rebuild`, `migrate` and `check`. `RUST_LOG` says what it logs."),
        *tables(DASHBOARDS, "DEREN_DASHBOARDS_"),
        "## Node",
        says(
            "`deren-node`, a validator's too, has no file: it reads its command line. These options are ours, or have another "
            "default than the SDK's; `deren-node --help` has all. The package's service takes options from "
            "`/etc/default/deren-node`, in `DEREN_NODE_LISTEN` and `DEREN_NODE_OPTIONS`."),
        table(("option", *first), options(texts.read(root, NODE), numbers)),
        "## Neighbourhood",
        says(
            "`deren-neighbourhood` reads its command line: `make demo ARGS=…` and `make bench ARGS=…` pass options on. It "
            "writes the files of the programs that it starts."),
        table(("option", *first), options(neighbourhood, numbers)),
    ]
