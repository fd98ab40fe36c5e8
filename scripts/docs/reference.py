#!/usr/bin/env python3
"""Writes the pages of docs/reference that say what programs say of themselves; without `--write` checks them.

Template keys come from the templates' schema, which a test holds against the code; the API from its OpenAPI document,
which a test holds against the server; events, metrics, codes and configuration from the source that declares them."""

import json
import re
import sys

import configuration
import texts

HEAD = "<!-- Made by scripts/docs/reference.py from {source}: change that, then run it with --write. -->"
SCHEMA = "meters/templates/schema.json"
OPENAPI = "dashboards/openapi.json"
GATEWAY_METRICS = "gateway/src/metrics.rs"
CODES = {"Devices": "meters/src/error/code.rs", "Gateway, disk, node and chain": "gateway/src/codes.rs"}
DASHBOARDS_METRICS = (
    "dashboards/src/api/metrics.rs", "dashboards/src/indexer/metrics.rs", "dashboards/src/books/reconcile/metrics.rs",
)


def cell(text):
    """Text for a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def table(columns, rows):
    """A table of Markdown."""
    return "\n".join([f"| {' | '.join(columns)} |", "|" + "---|" * len(columns), *(f"| {' | '.join(row)} |" for row in rows)])


def shape(schema):
    """What a value may be, in a few words."""
    if "$ref" in schema:
        return f"[{schema['$ref'].rsplit('/', 1)[-1]}](#{schema['$ref'].rsplit('/', 1)[-1].lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "anyOf" in schema or "oneOf" in schema:
        parts = [shape(one) for one in schema.get("anyOf", schema.get("oneOf")) if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts))
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    if kind == "object" and len(schema.get("properties", {})) == 1:
        [(name, value)] = schema["properties"].items()
        return f"`{{ {name} = … }}`: {shape(value)}"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "table", "number": "number"}
    if kind == "array" and "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])} {shape(schema['prefixItems'][0])}s"
    if kind == "array":
        return f"list of {shape(schema.get('items', {}))}"
    return names.get(kind, kind)


def keys(definition):
    """A table of a schema's keys."""
    needed = set(definition.get("required", []))
    rows = []
    for name, schema in definition["properties"].items():
        if "default" in schema:
            default = f"`{json.dumps(schema['default'])}`"
        else:
            default = "needed" if name in needed else "none"
        rows.append((f"`{name}`", shape(schema), default, cell(schema.get("description", ""))))
    return table(("key", "is", "default", "says"), rows)


def template_keys(root):
    """Every key that a device template may have."""
    schema = json.loads(texts.read(root, SCHEMA))
    parts = ["# Template keys", HEAD.format(source=SCHEMA)]
    parts.append("How a template is written and tried: [add a meter](../contribute/add-a-meter.md).")
    alike = {}
    for one in schema["oneOf"]:
        if "device" not in one["properties"]:
            # Kinds that differ in nothing but their name share a table.
            rest = {name: value for name, value in one["properties"].items() if name != "kind"}
            alike.setdefault(json.dumps(rest), []).append(one)
    for kinds in alike.values():
        names = " and ".join(one["properties"]["kind"]["const"] for one in kinds)
        parts += [f"## {names}", cell(kinds[0]["description"]), keys(kinds[0])]
    product = next(one for one in schema["oneOf"] if "device" in one["properties"])
    name = product["properties"]["device"]["items"]["properties"]["name"]
    parts += [
        "## Products with several devices",
        "Each device is a table `[[device]]`, with the keys above and one more. "
        "A key that holds for all devices stands above the first of them.",
        table(("key", "is", "default", "says"), [("`name`", shape(name), "none", cell(name["description"]))]),
    ]
    for name, definition in schema["$defs"].items():
        parts += [f"## {name}", cell(definition.get("description", ""))]
        if "properties" in definition:
            parts.append(keys(definition))
        elif "oneOf" in definition or "anyOf" in definition:
            rows = [(shape(one), cell(one.get("description", ""))) for one in definition.get("oneOf", definition.get("anyOf"))]
            parts.append(table(("is", "says"), rows))
        else:
            parts.append(f"It is: {shape(definition)}.")
    return parts


def visitors(operation):
    """Who may ask."""
    ways = operation.get("security", [])
    if not ways:
        return "anyone"
    return "anyone, more if logged in" if {} in ways else "logged in"


def api(root):
    """Every address of the API."""
    document = json.loads(texts.read(root, OPENAPI))
    rows = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            rows.append((f"`{method.upper()} {path}`", visitors(operation), cell(operation.get("summary", ""))))
    return [
        "# API", HEAD.format(source=OPENAPI),
        "The whole description, with each field, is [openapi.json](../../dashboards/openapi.json).",
        table(("address", "for", "does"), rows),
    ]


def block(source, start):
    """The text between the first brace after `start` and the one that closes it."""
    begin = source.index("{", start) + 1
    depth = 1
    for at in range(begin, len(source)):
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        if depth == 0:
            return source[begin:at]
    raise ValueError("a brace is open")


def variants(body):
    """Each variant of an enum: name, fields, comment."""
    found, comment, at = [], [], 0
    for line in re.finditer(r"[ \t]*([^\n]*)\n?", body):
        text = line.group(1)
        if line.start() < at or not text:
            continue
        if text.startswith("///"):
            comment.append(text[3:].strip())
            continue
        variant = re.match(r"(\w+)\s*([{(,]|$)", text)
        if not variant or text.startswith("#"):
            continue
        fields = ""
        if variant.group(2) == "{":
            inner = block(body, line.start())
            fields = ", ".join(f"`{name}`" for name in re.findall(r"(?:^|[,{\n])\s*(\w+):(?!:)", inner))
            at = body.index(inner, line.start()) + len(inner) + 1
        found.append((variant.group(1), fields, " ".join(comment)))
        comment = []
    return found


def without_links(comment):
    """A comment of Rust, whose links lead to code."""
    return re.sub(r"\[(`[^`]+`)\](?:\([^)]*\))?", r"\1", comment)


def events(root):
    """Every event of our pallets."""
    parts = ["# Events", HEAD.format(source="the pallets")]
    parts.append("What the chain says happened. The indexer keeps the events that the API needs.")
    for pallet in sorted({name.split("/")[2] for name in texts.files(root, "runtime/pallets/*.rs")}):
        for name in texts.files(root, f"runtime/pallets/{pallet}/src/*.rs"):
            source = texts.read(root, name)
            start = source.find("#[pallet::event]")
            if start < 0:
                continue
            declared = re.compile(r"pub enum Event\b").search(source, start).start()
            rows = [(f"`{one}`", fields, cell(without_links(said))) for one, fields, said in variants(block(source, declared))]
            parts += [f"## {pallet}", table(("event", "fields", "says"), rows)]
    return parts


def metrics(root):
    """Every metric of gateway and dashboards."""
    source = texts.read(root, GATEWAY_METRICS).split("#[cfg(test)]")[0]
    rows = []
    registered = r'\b(gauge|seconds|counter|registry\.register)\(\s*(?:registry,\s*)?"(\w+)",\s*"([^"]+)"(?:,\s*(\w+)\))?'
    for kind, name, said, variable in re.findall(registered, source):
        counts = kind == "counter" or f"let {variable} = Family::<Kind, Counter>" in source
        rows.append((f"`deren_gateway_{name}{'_total' if counts else ''}`", said))
    for variable, name, said in re.findall(r'let (\w+) = \("(\w+)",\s*"([^"]+)"\);', source):
        used = re.search(rf"family\(registry, {variable}, [^;]*", source).group(0)
        rows.append((f"`deren_gateway_{name}{'_total' if 'set_counter' in used else ''}`", f"{said}; for each device"))
    parts = [
        "# Metrics", HEAD.format(source="the source that declares them"),
        "Gateway and dashboards answer `/metrics`. [Watch](../operate/watch.md) says which of them need somebody.",
        "## Gateway", table(("metric", "says"), sorted(rows)),
    ]
    rows = []
    for name in DASHBOARDS_METRICS:
        source = texts.read(root, name)
        prefix = re.search(r'sub_registry_with_prefix\("(\w+)"\)', source)
        pattern = r'\.register(?:_with_unit)?\(\s*"(\w+)",\s*"([^"]+)",\s*(Unit::Seconds,\s*)?(?:metrics|self)\.(\w+)\.clone\(\)'
        for metric, said, unit, field in re.findall(pattern, source):
            counts = re.search(rf"\b{field}: (?:Counter|Family<\w+, Counter>)", source)
            ends = "_total" if counts else "_seconds" if unit else ""
            rows.append((f"`{prefix.group(1) + '_' if prefix else ''}{metric}{ends}`", said))
    return [*parts, "## Dashboards", table(("metric", "says"), sorted(rows))]


def codes(root):
    """Every code of what can go wrong at a gateway."""
    parts = [
        "# Codes", HEAD.format(source="the two files that declare them"),
        "Status, metrics, Home Assistant and page name by its code what goes wrong. A code stays when its message changes.",
    ]
    for title, name in CODES.items():
        rows = re.findall(r'/// ([^\n]+)\n\s+\w+ = "([a-z-]+)",', texts.read(root, name))
        parts += [f"## {title}", table(("code", "means"), sorted((f"`{code}`", cell(said)) for said, code in rows))]
    return parts


def settings(root):
    """Every key and option of our programs."""
    return ["# Configuration", HEAD.format(source="the code that reads it"), *configuration.page(root, table)]


PAGES = {
    "template-keys.md": template_keys, "api.md": api, "events.md": events, "metrics.md": metrics, "codes.md": codes,
    "configuration.md": settings,
}


def check(root, pages, write=False):
    """Which of the pages are not what the code says; `write` makes them so."""
    faults = []
    for name, make in pages.items():
        page = root / "docs/reference" / name
        text = "\n\n".join(part for part in make(root) if part) + "\n"
        if write:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        elif not page.is_file() or page.read_text(encoding="utf-8") != text:
            faults.append(f"docs/reference/{name} is not what the code says: run scripts/docs/reference.py --write")
    return faults


def main(arguments):
    faults = check(texts.ROOT, PAGES, "--write" in arguments)
    texts.end("reference", faults, f"{len(PAGES)} pages say what the code says")


if __name__ == "__main__":
    main(sys.argv[1:])
