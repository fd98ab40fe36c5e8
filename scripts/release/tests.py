#!/usr/bin/env python3
"""Tests of the scripts beside this one."""

import hashlib
import tempfile
import unittest
from pathlib import Path

import sbom
import versions
import wasm


class Sbom(unittest.TestCase):
    def document(self, tree):
        def package(name, version, license):
            return {"name": name, "version": version, "license": license}

        metadata = {"packages": [
            package("deren-gateway", "1.2.3", "Apache-2.0"), package("a", "1.0.0", "MIT/Apache-2.0"),
            package("a", "2.0.0", None), package("only-a-test", "1.0.0", "MIT"),
        ]}
        lock = f'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\nchecksum = "{"0" * 64}"\n'
        npm = {"packages": {
            "": {"name": "pages"}, "node_modules/@x/y": {"version": "3.0.0", "license": "MIT"},
            "node_modules/dev": {"version": "1.0.0", "dev": True},
        }}
        return sbom.document(metadata, tree, lock, npm)

    def test_what_the_tree_names_is_a_component_with_licence_and_checksum(self):
        made = self.document("deren-gateway v1.2.3 (/somewhere)\na v1.0.0\na v1.0.0 (*)\na v2.0.0\n")
        self.assertEqual(made["metadata"]["component"]["version"], "1.2.3")
        refs = [one["bom-ref"] for one in made["components"]]
        self.assertEqual(refs, [
            "pkg:cargo/a@1.0.0", "pkg:cargo/a@2.0.0", "pkg:cargo/deren-gateway@1.2.3", "pkg:npm/%40x/y@3.0.0#node_modules/@x/y",
        ])
        first, second = made["components"][:2]
        self.assertEqual(first["licenses"], [{"expression": "MIT OR Apache-2.0"}])
        self.assertEqual(first["hashes"], [{"alg": "SHA-256", "content": "0" * 64}])
        self.assertEqual((second["licenses"], "hashes" in second), ([], False))

    def test_what_only_tests_need_is_left_out(self):
        self.assertNotIn("only-a-test", str(self.document("deren-gateway v1.2.3\n")))


class Versions(unittest.TestCase):
    def checkout(self, changelog="1.2.3", manual="1.2.3"):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        files = {
            "Cargo.toml": '[workspace.package]\nversion = "1.2.3"\n',
            "CHANGELOG.md": f"# Changelog\n\n## {changelog}\n",
            "dashboards/web/package.json": '{"version": "1.2.3"}',
        }
        for place in versions.DEBIAN:
            files[f"{place}/changelog"] = "deren-x (1.2.3-1) unstable; urgency=medium\n"
            files[f"{place}/deren-x.1"] = f'.TH DEREN 1 2026-11-28 "DeREN {manual}" "User Commands"\n'
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return root

    def test_one_version_everywhere_is_right(self):
        self.assertEqual(versions.faults(self.checkout(), "v1.2.3"), ("1.2.3", []))

    def test_each_place_that_says_another_one_is_named(self):
        wrong = versions.faults(self.checkout(changelog="1.2.2", manual="1.2.4"), "v1.3.0")[1]
        self.assertEqual(len(wrong), 5)
        self.assertIn("CHANGELOG.md says 1.2.2", wrong[0])
        self.assertIn("the tag is v1.3.0", wrong[-1])


class Wasm(unittest.TestCase):
    def test_what_the_council_votes_on_is_the_chains_hash(self):
        source = "    spec_version: 7,\n    transaction_version: 3,\n"
        said = wasm.described(b"\0asm", source, "without-sudo 0x12\nwith-sudo 0x34\n")
        self.assertEqual(said["blake2_256"], "0x" + hashlib.blake2b(b"\0asm", digest_size=32).hexdigest())
        self.assertEqual((said["spec_version"], said["transaction_version"], said["bytes"]), (7, 3, 4))
        self.assertEqual(said["metadata_digest"], "0x12")


if __name__ == "__main__":
    unittest.main()
