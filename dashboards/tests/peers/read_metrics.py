"""Reads metrics from standard input as Prometheus' own Python library does, and prints each name, type and description.

usage: read_metrics.py CONTENT-TYPE
"""

import sys

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser


def main() -> None:
    text = sys.stdin.read()
    if sys.argv[1].startswith("application/openmetrics-text"):
        families = openmetrics_parser.text_string_to_metric_families(text)
    else:
        families = parser.text_string_to_metric_families(text)
    for family in families:
        # Both parsers leave `_total` away.
        name = family.name + ("_total" if family.type == "counter" else "")
        if not family.documentation:
            sys.exit(f"{name} has no description")
        if family.type in ("unknown", "untyped"):
            sys.exit(f"{name} has no type")
        print(name, family.type, family.documentation.rstrip("."))


if __name__ == "__main__":
    main()
