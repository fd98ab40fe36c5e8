#!/usr/bin/env python3
"""Says which runtime a Wasm file is, as JSON: wasm.py FILE. The council votes on `blake2_256`.

Refuses a runtime with `sudo`, which is for development chains alone."""

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def described(wasm, source, digests):
    """What there is to say of it."""
    number = {name: int(re.search(rf"{name}: (\d+)", source).group(1)) for name in ("spec_version", "transaction_version")}
    digest = dict(line.split(" ", 1) for line in digests.splitlines() if " " in line)["without-sudo"]
    return {
        "blake2_256": "0x" + hashlib.blake2b(wasm, digest_size=32).hexdigest(),
        "sha256": hashlib.sha256(wasm).hexdigest(),
        "bytes": len(wasm),
        "metadata_digest": digest.strip(),
        **number,
    }


if __name__ == "__main__":
    file = Path(sys.argv[1])
    # The same code, before it was compressed.
    plain = file.with_name(file.name.replace(".compact.compressed.", ".compact."))
    if b"pallet_sudo" in plain.read_bytes():
        sys.exit(f"release: {plain} has a key that may do everything: it is the Wasm of a development chain")
    source = (ROOT / "runtime/src/lib.rs").read_text(encoding="utf-8")
    digests = (ROOT / "runtime/metadata-digests.txt").read_text(encoding="utf-8")
    print(json.dumps(described(file.read_bytes(), source, digests), indent=2))
