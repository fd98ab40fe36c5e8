"""Checks files of exported readings, written from the description in gateway/README.md alone.

It shares no code with deren-gateway: SCALE is written out here by hand, blake2b is Python's, Ed25519 is libsodium's.
Prints a JSON line for each file that it is given: {"ok": true} or the first fault with its line.
"""

import hashlib
import json
import sys

import nacl.exceptions
import nacl.signing

FORMAT, VERSIONS = "deren-readings", (1, 2)
MAX_HEADER_BYTES, MAX_LINE_BYTES, MAX_KEYS, MAX_DEVICES = 1024 * 1024, 4096, 1024, 1024
ESTIMATED, EPOCH_RAISED = 1, 4
MAX_SAMPLES, MAX_BATCH, MAX_PATH, RECENT = 4096, 64, 12, 64
SAMPLED_BEGINS = b'{"reading_version":2,'

U16, U32, U64, H32, H64, ROLE, TEXT = "u16", "u32", "u64", "32 bytes", "64 bytes", "role", "text"
HEADER = {
    "format": TEXT, "version": U32, "genesis": H32, "gateway": H32, "slot_seconds": U32,
    "slot_energy_seconds": U32, "from_slot": U32, "to_slot": U32,
    "keys": [{"key_epoch": U32, "public_key": H32, "rotation_signature": (H64,)}],
    "devices": [{"device": H32, "role": (ROLE,), "rated_power_w": (U32,), "first_sequence": (U64,)}],
}
READING = {
    "device": H32, "first_slot": U32, "slot_count": U16, "register_epoch": U32,
    "import_open_mwh": U64, "import_close_mwh": U64, "export_open_mwh": U64, "export_close_mwh": U64,
    "quality_bits": U16, "clock_error_ms": U32, "samples": U32, "max_gap_ms": U32, "sequence": U64,
    "previous": H32, "anchor_block_number": U32, "anchor_block_hash": H32, "key_epoch": U32, "signature": H64,
}
SAMPLED = {
    "reading_version": U32, **{name: READING[name] for name in READING if name not in ("key_epoch", "signature")},
    "samples_root": H32, "key_epoch": U32, "attempt": U32, "batch_readings": U32, "batch_index": U32,
    "batch_path": [H32], "signature": H64,
}
END = {"end": TEXT, "readings": U64, "file_hash": H32, "key_epoch": U32, "signature": H64}
# A reading itself: these fields in this order; of version 2 the root of its samples as well.
SIGNED = [name for name in READING if name not in ("key_epoch", "signature")]


class Fault(Exception):
    def __init__(self, fault, why=""):
        super().__init__(why)
        self.fault = fault


class Unreadable(Exception):
    pass


def blake2_256(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def scale(value, kind):
    """Numbers are little-endian in their width, bytes of a fixed length are themselves."""
    if kind in (H32, H64):
        return bytes.fromhex(value[2:])
    return value.to_bytes({U16: 2, U32: 4, U64: 8}[kind], "little")


def reading_hash(reading):
    names = SIGNED + ["samples_root"] if is_sampled(reading) else SIGNED
    return blake2_256(b"".join(scale(reading[name], SAMPLED[name]) for name in names))


def is_sampled(reading):
    return "reading_version" in reading


def batch_root(own_hash, index, leaves, path):
    """The root of the tree that has this hash at its place; None if no tree has such a path."""
    if index >= leaves:
        return None
    at, width, node, path = index, leaves, blake2_256(b"\0" + own_hash), list(path)
    while width > 1:
        if at ^ 1 < width:
            if not path:
                return None
            beside = path.pop(0)
            node = blake2_256(b"\1" + (beside + node if at % 2 else node + beside))
        at, width = at // 2, (width + 1) // 2
    return None if path else blake2_256(b"\2" + scale(leaves, U32) + node)


def message_of(reading, header, own_hash):
    """What the gateway signed; None if it cannot have signed such a thing."""
    gateway = scale(header["genesis"], H32) + scale(header["gateway"], H32)
    epoch = scale(reading["key_epoch"], U32)
    if not is_sampled(reading):
        return b"DEREN/interval/v1\0" + gateway + epoch + own_hash
    leaves, path = reading["batch_readings"], [scale(item, H32) for item in reading["batch_path"]]
    root = batch_root(own_hash, reading["batch_index"], leaves, path) if leaves <= MAX_BATCH else None
    if root is None:
        return None
    return b"DEREN/batch/v2\0" + gateway + epoch + scale(reading["attempt"], U32) + scale(leaves, U32) + root


def check_samples(reading):
    samples = reading["samples"]
    if (samples == 0) != (scale(reading["samples_root"], H32) == bytes(32)):
        raise Fault("bad_samples")
    if samples > MAX_SAMPLES or samples > 0 and reading["slot_count"] > 1:
        raise Fault("bad_samples")


def is_signed(key, message, signature):
    try:
        nacl.signing.VerifyKey(bytes.fromhex(key[2:])).verify(message, bytes.fromhex(signature[2:]))
        return True
    except (nacl.exceptions.BadSignatureError, ValueError):
        return False


def fits(value, kind):
    if isinstance(kind, tuple):
        return value is None or fits(value, kind[0])
    if isinstance(kind, list):
        return isinstance(value, list) and all(fits(item, kind[0]) for item in value)
    if isinstance(kind, dict):
        return (isinstance(value, dict) and list(value) == list(kind)
                and all(fits(value[name], of) for name, of in kind.items()))
    if kind in (U16, U32, U64):
        return type(value) is int and 0 <= value < 1 << int(kind[1:])
    if not isinstance(value, str):
        return False
    if kind in (H32, H64):
        digits = 64 if kind == H32 else 128
        return value.startswith("0x") and len(value) == 2 + digits and set(value[2:]) <= set("0123456789abcdef")
    return kind == TEXT or value in ("grid", "production", "storage")


def parse(line, shape):
    """A line has one form: no spaces, fields in their order, nothing escaped that need not be."""
    try:
        value = json.loads(line)
        form = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    except (ValueError, UnicodeError, RecursionError) as error:
        raise Fault("not_a_line", str(error)) from error
    if not fits(value, shape) or form != line:
        raise Fault("not_a_line")
    return value


def next_line(file, limit, number):
    line = file.readline(limit)
    if line and not line.endswith(b"\n"):
        if number == 1:
            raise Unreadable("no header")
        raise Fault("not_a_line" if len(line) == limit else "cut_short")
    return line


def read_header(line):
    try:
        kind = json.loads(line)
        if kind["format"] != FORMAT or kind["version"] not in VERSIONS:
            raise Unreadable("another format or version")
        return parse(line, HEADER)
    except (ValueError, KeyError, TypeError, Fault) as error:
        raise Unreadable(str(error)) from error


def rising(values):
    return all(one < two for one, two in zip(values, values[1:]))


def check_header(header):
    keys, devices = header["keys"], header["devices"]
    if not 0 < len(keys) <= MAX_KEYS or len(devices) > MAX_DEVICES:
        raise Fault("bad_header")
    if 0 in (header["slot_seconds"], header["slot_energy_seconds"]) or header["from_slot"] >= header["to_slot"]:
        raise Fault("bad_header")
    if not rising([key["key_epoch"] for key in keys]) or not rising([device["device"] for device in devices]):
        raise Fault("bad_header")


def proven_keys(header):
    """The first key is the gateway's id; each other one is handed over by a signature of the one before."""
    keys = {}
    genesis, gateway = scale(header["genesis"], H32), scale(header["gateway"], H32)
    for key in header["keys"]:
        epoch, public, signature = key["key_epoch"], key["public_key"], key["rotation_signature"]
        if epoch == 0:
            proven = public == header["gateway"] and signature is None
        else:
            message = b"DEREN/rotate/v1\0" + genesis + gateway + scale(epoch, U32) + scale(public, H32)
            proven = signature is not None and epoch - 1 in keys and is_signed(keys[epoch - 1], message, signature)
        if not proven:
            raise Fault("key_not_proven")
        keys[epoch] = public
    return keys


def check_reading(reading, header, keys, chains):
    if reading["device"] not in chains:
        raise Fault("unknown_device")
    own_hash = reading_hash(reading)
    key, message = keys.get(reading["key_epoch"]), message_of(reading, header, own_hash)
    if key is None or message is None or not is_signed(key, message, reading["signature"]):
        raise Fault("bad_signature")
    if is_sampled(reading):
        check_samples(reading)
    end_slot = reading["first_slot"] + reading["slot_count"]
    if reading["slot_count"] == 0 or end_slot >= 1 << 32:
        raise Fault("bad_span")
    chain = chains[reading["device"]]
    last = chain["last"]
    if last is None:
        if reading["sequence"] != chain["first"]:
            raise Fault("wrong_sequence")
        if (reading["sequence"] == 0) != (scale(reading["previous"], H32) == bytes(32)):
            raise Fault("wrong_previous_hash")
    else:
        ago = last["sequence"] - reading["sequence"]
        if 0 <= ago < len(chain["recent"]) and chain["recent"][ago] != own_hash:
            raise Fault("equivocation")
        if reading["sequence"] != last["sequence"] + 1:
            raise Fault("wrong_sequence")
        if scale(reading["previous"], H32) != chain["recent"][0]:
            raise Fault("wrong_previous_hash")
        if reading["first_slot"] < last["first_slot"] + last["slot_count"]:
            raise Fault("slots_go_back")
        check_epoch(reading, last)
    if any(reading[f"{way}_open_mwh"] > reading[f"{way}_close_mwh"] for way in ("import", "export")):
        raise Fault("register_went_back")
    if not header["from_slot"] <= reading["first_slot"] < header["to_slot"]:
        raise Fault("outside_time")
    chain["last"], chain["recent"] = reading, [own_hash] + chain["recent"][:RECENT - 1]


def check_epoch(reading, last):
    flagged = reading["quality_bits"] & EPOCH_RAISED != 0
    if reading["register_epoch"] == last["register_epoch"]:
        if flagged:
            raise Fault("bad_register_epoch")
        if any(reading[f"{way}_open_mwh"] != last[f"{way}_close_mwh"] for way in ("import", "export")):
            raise Fault("registers_not_continuous")
    elif reading["register_epoch"] != last["register_epoch"] + 1 or not flagged:
        raise Fault("bad_register_epoch")


def check_end(end, header, keys, chains, readings, file_hash):
    if end["end"] != FORMAT:
        raise Fault("not_a_line")
    if end["readings"] != readings or scale(end["file_hash"], H32) != file_hash:
        raise Fault("changed")
    message = (b"DEREN/export/v1\0" + scale(header["genesis"], H32) + scale(header["gateway"], H32)
               + scale(end["key_epoch"], U32) + file_hash)
    if end["key_epoch"] not in keys or not is_signed(keys[end["key_epoch"]], message, end["signature"]):
        raise Fault("bad_signature")
    if any(chain["last"] is None and chain["first"] is not None for chain in chains.values()):
        raise Fault("wrong_sequence")


def verify(file):
    number = 1
    try:
        line = next_line(file, MAX_HEADER_BYTES, number)
        header = read_header(line)
        check_header(header)
        keys = proven_keys(header)
        chains = {device["device"]: {"first": device["first_sequence"], "last": None, "recent": []}
                  for device in header["devices"]}
        whole = hashlib.blake2b(line, digest_size=32)
        readings = 0
        while True:
            number += 1
            line = next_line(file, MAX_LINE_BYTES, number)
            if not line:
                raise Fault("cut_short")
            if line.startswith(b'{"end":'):
                check_end(parse(line, END), header, keys, chains, readings, whole.digest())
                number += 1
                if next_line(file, MAX_LINE_BYTES, number):
                    raise Fault("after_the_end")
                return {"ok": True, "readings": readings}
            sampled = header["version"] == 2 and line.startswith(SAMPLED_BEGINS)
            reading = parse(line, SAMPLED if sampled else READING)
            if len(reading.get("batch_path", [])) > MAX_PATH:
                raise Fault("not_a_line")
            check_reading(reading, header, keys, chains)
            readings += 1
            whole.update(line)
    except Unreadable:
        return {"ok": False, "line": 1, "fault": "unreadable"}
    except Fault as fault:
        return {"ok": False, "line": number, "fault": fault.fault}


for path in sys.argv[1:]:
    with open(path, "rb") as opened:
        print(json.dumps(verify(opened)), flush=True)
