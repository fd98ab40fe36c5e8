#!/usr/bin/env python3
"""Tests of the scripts beside this one, on small repositories with planted mistakes."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import commands
import configuration
import links
import prose
import reference


class OnARepository(unittest.TestCase):
    def repository(self, **contents):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        for name, text in contents.items():
            path = root / name.replace("__", "/").replace("_md", ".md").replace("_rs", ".rs").replace("_json", ".json")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root


class Links(OnARepository):
    def faults(self, **contents):
        return links.check(self.repository(**contents))[0]

    def test_links_that_lead_somewhere_are_right(self):
        other = "# The `deny` list, and more\n## Twice\n## Twice\n"
        text = (
            "[a](other.md#the-deny-list-and-more) [b](other.md#twice-1) [c](#here) [d](folder/) ![e](folder/f.md)\n"
            "[web](https://example.org/none.md) <a href=\"folder/f.md\">g</a>\n\n[r]: other.md\n\n# Here\n"
        )
        self.assertEqual(self.faults(a_md=text, other_md=other, folder__f_md=""), [])

    def test_a_planted_broken_link_is_named_with_its_line(self):
        self.assertEqual(
            self.faults(folder__a_md="fine\n\n[gone](../gone.md)\n"),
            ["folder/a.md:3: there is no gone.md: ../gone.md"],
        )

    def test_a_heading_that_is_gone_is_named(self):
        self.assertEqual(self.faults(a_md="[x](b.md#old)\n", b_md="# New\n"), ["a.md:1: b.md has no heading #old"])

    def test_a_link_out_of_the_repository_leads_nowhere(self):
        self.assertEqual(len(self.faults(a_md="[x](../outside.md)\n")), 1)

    def test_code_has_no_links(self):
        self.assertEqual(self.faults(a_md="`[x](gone.md)`\n\n```\n[x](gone.md)\n# no heading\n```\n"), [])

    def test_a_path_between_backticks_is_there_from_the_root_or_from_a_folder_above(self):
        text = "`meters/src/a.rs`, `tests/b.rs`, `meters/src` and `meters/<device>.toml`, but not `meters/src/gone.rs`\n"
        faults = self.faults(meters__README_md=text, meters__src__a_rs="", meters__tests__b_rs="")
        self.assertEqual(faults, ["meters/README.md:1: there is no meters/src/gone.rs"])

    def test_a_document_that_a_program_names_is_there(self):
        text = "//! See docs/gone.md, docs/a.md and `docs/README.md`.\n"
        faults = self.faults(lib_rs=text, docs__a_md="", docs__README_md="")
        self.assertEqual(faults, ["lib.rs:1: there is no docs/gone.md"])


class Commands(OnARepository):
    def test_what_is_not_there_is_named(self):
        text = "Run `make test` or `make nothing`.\n\n```sh\nnpm run check\nnpm run none\nscripts/gone.sh\n```\n"
        makefile = "VARIABLE := x\ntest: setup\n"
        root = self.repository(a_md=text, Makefile=makefile, package_json='{"scripts": {"check": "true"}}')
        faults, looked = commands.check(root)
        self.assertEqual(
            faults,
            ["a.md:1: there is no make nothing", "a.md:5: there is no npm run none", "a.md:6: there is no file scripts/gone.sh"],
        )
        self.assertEqual(looked, 5)

    def test_prose_that_speaks_of_making_is_no_command(self):
        self.assertEqual(commands.check(self.repository(a_md="They make rules.\n", Makefile="test:\n"))[1], 0)


class Prose(unittest.TestCase):
    def rules(self, name, text, instead=None):
        return [(number, rule) for number, rule, _ in prose.places(name, text, instead or {})]

    def test_a_sentence_has_twenty_five_words_at_most(self):
        self.assertEqual(self.rules("a.md", "Word\n" * 24 + "end. Short.\n"), [])
        self.assertEqual(self.rules("a.md", "Short.\n" + "word\n" * 25 + "end.\n"), [(2, "sentence")])

    def test_code_tables_and_addresses_are_no_prose(self):
        long = "word " * 40
        self.assertEqual(self.rules("a.md", f"| {long} |\n\n```\n{long}\n```\n\n`{long}`\n"), [(7, "line")])

    def test_a_list_is_a_sentence_each(self):
        self.assertEqual(self.rules("a.md", "".join(f"- {'word ' * 10}\n" for _ in range(4))), [])

    def test_a_line_has_120_columns_at_most(self):
        self.assertEqual(self.rules("a.rs", f"// {'x' * 118}\n"), [(1, "line")])
        self.assertEqual(self.rules("a.rs", f"let x = \"{'x' * 118}\";\n// {'x' * 117}\n"), [])

    def test_a_comment_begins_with_its_subject(self):
        text = "/// As many troubles as are remembered.\nconst A: u8 = 1;\n/// Maximum number of troubles.\nconst B: u8 = 1;\n"
        self.assertEqual(self.rules("a.rs", text), [(1, "subject")])

    def test_the_glossarys_word_is_used(self):
        glossary = "| term | meaning | not |\n|---|---|---|\n| fix | make right | mend, mended |\n| slot | a time | |\n"
        instead = prose.banned(glossary)
        self.assertEqual(instead, {"mend": "fix", "mended": "fix"})
        self.assertEqual(self.rules("a.md", "It is mended, `mend` said it.\n", instead), [(1, "word")])

    def test_counts_may_fall_and_may_not_grow(self):
        allowed = {"docs line": 2}
        self.assertEqual(prose.grown({"docs line": 1}, allowed), [])
        self.assertEqual(len(prose.grown({"docs line": 3}, allowed)), 1)
        self.assertEqual(len(prose.grown({"market word": 1}, allowed)), 1)


class Reference(unittest.TestCase):
    def test_each_variant_of_an_event_has_its_fields_and_its_comment(self):
        source = """#[pallet::event]
        pub enum Event<T: Config> {
            /// A fee was paid
            /// by `who`.
            Paid { who: T::AccountId, amount: Vec<(u32, H256)> },
            /// Nothing more.
            #[codec(index = 3)]
            Ended,
            /// A line's terms.
            Set {
                zone: ZoneId,
                edge: EdgeTerms,
            },
        }
        """
        self.assertEqual(reference.variants(reference.block(source, source.index("pub enum"))), [
            ("Paid", "`who`, `amount`", "A fee was paid by `who`."),
            ("Ended", "", "Nothing more."),
            ("Set", "`zone`, `edge`", "A line's terms."),
        ])

    def test_what_a_key_may_be_is_said_in_words(self):
        optional = {"anyOf": [{"$ref": "#/$defs/Field"}, {"type": "null"}]}
        self.assertEqual(reference.shape(optional), "[Field](#field)")
        self.assertEqual(reference.shape({"type": "array", "items": {"type": "string"}}), "list of text")
        self.assertEqual(reference.shape({"type": ["integer", "null"]}), "whole number")

    def test_a_table_of_one_key_is_shown_with_its_key(self):
        number = {"type": "integer"}
        between = {"type": "array", "prefixItems": [number, number]}
        self.assertEqual(
            reference.shape({"type": "object", "properties": {"between": between}}),
            "`{ between = … }`: list of 2 whole numbers",
        )
        self.assertEqual(reference.shape({"type": "object"}), "table")

    def test_an_address_is_for_whom_the_document_says(self):
        self.assertEqual(reference.visitors({}), "anyone")
        self.assertEqual(reference.visitors({"security": [{"session": []}]}), "logged in")
        self.assertEqual(reference.visitors({"security": [{}, {"session": []}]}), "anyone, more if logged in")


KNOWN = """const HOUR_MS: RangeInclusive<i64> = 1..=3_600_000;
/// Where it listens.
pub(crate) const LISTEN: Key<SocketAddr> =
    Key::text("listen").or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8640));
/// Nodes, tried
/// in turn.
pub(crate) const NODES: Key = Key::texts("nodes").needed("[\\"ws://a\\"]");

/// In each `[[device]]`.
pub(crate) mod device {
    /// How long it waits.
    pub(crate) const WAIT_MS: Key<u64> = Key::number("wait_ms", HOUR_MS).or(DEFAULT_WAIT_MS);
    /// Its power.
    pub(crate) const POWER_W: Key = Key::number("power_w", 0..=i64::MAX);
}
"""
CLI = """const POOL: &str = "32_768";
struct Cli {
    /// Keep it
    /// here.
    #[arg(long, value_name = "FOLDER", env = "THE_CACHE")]
    pub wasm_cache: Option<PathBuf>,
    /// How many.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    slots: u32,
}
"""


class Configuration(OnARepository):
    def declared(self):
        command = "tests__neighbourhood__src__bin__deren-neighbourhood__"
        return self.repository(
            gateway__src__settings__known_rs=KNOWN, dashboards__src__settings__known_rs="", runtime__node__src__cli_rs=CLI,
            market__src__reading__measuring_rs="const DEFAULT_WAIT_MS: u64 = 1_500;",
            **{f"{command}demo_rs": "", f"{command}bench_rs": CLI},
        )

    def keys(self, known):
        return configuration.keys(known, "X_", (), configuration.Numbers(self.declared()))

    def test_a_key_is_a_row_with_variable_limits_default_and_unit(self):
        top, device = self.keys(KNOWN)
        self.assertEqual(top[2], [
            ("`listen`", "`X_LISTEN`", "text", "`127.0.0.1:8640`", "", "Where it listens."),
            ("`nodes`", "`X_NODES`", "list of texts", 'needed, like `["ws://a"]`', "", "Nodes, tried in turn."),
        ])
        self.assertEqual(device, ("[[device]]", "In each `[[device]]`.", [
            ("`wait_ms`", "none", "whole number 1 to 3600000", "`1500`", "ms", "How long it waits."),
            ("`power_w`", "none", "whole number from 0", "none", "W", "Its power."),
        ]))

    def test_an_option_is_a_row_too(self):
        self.assertEqual(configuration.options(CLI, configuration.Numbers(self.declared())), [
            ("`--wasm-cache`", "`THE_CACHE`", "text or path", "none", "", "Keep it here."),
            ("`--slots`", "none", "whole number 1 to 100", "`5`", "", "How many."),
        ])

    def test_a_planted_drift_is_refused(self):
        root, pages = self.declared(), {"configuration.md": reference.settings}
        self.assertEqual(len(reference.check(root, pages)), 1)
        reference.check(root, pages, write=True)
        self.assertEqual(reference.check(root, pages), [])
        known, numbers = root / "gateway/src/settings/known.rs", root / "market/src/reading/measuring.rs"
        drifts = [(known, "8640", "8641"), (known, "..=3_600_000", "..=60_000"), (known, "Its power.", "What it takes."),
                  (numbers, "1_500", "2_000")]
        for file, old, new in drifts:
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace(old, new), encoding="utf-8")
            self.assertEqual(len(reference.check(root, pages)), 1, new)
            file.write_text(text, encoding="utf-8")

    def test_a_declaration_that_cannot_be_read_is_refused(self):
        for old, new in (("Key::texts(", "of(Key::texts, "), ("(DEFAULT_WAIT_MS)", "(UNKNOWN)"), ("HOUR_MS)", "LISTEN)"), ("/// Its power.", "")):
            with self.assertRaises(ValueError, msg=new):
                self.keys(KNOWN.replace(old, new))


if __name__ == "__main__":
    unittest.main()
