"""Reads one P1 telegram with dsmr-parser, or one SML telegram with smllib, and prints what it shows as one JSON line.

Usage: read_telegram.py p1|sml FILE, or read_telegram.py p1|sml --tcp HOST:PORT. A FILE of SML is hexadecimal, of P1 text with
LF. It shares no code and no tables with the driver.
"""

import json
import socket
import sys

from dsmr_parser import telegram_specifications
from dsmr_parser.clients.telegram_buffer import TelegramBuffer
from dsmr_parser.objects import Telegram
from dsmr_parser.parsers import TelegramParser
from smllib import SmlStreamReader

MOST_BYTES = 65536
TIMEOUT_S = 20


def pieces(arguments):
    """The bytes of a file at once, or those of a connection as they come."""
    if arguments[1] == "--tcp":
        host, port = arguments[2].rsplit(":", 1)
        with socket.create_connection((host, int(port)), TIMEOUT_S) as connection:
            connection.settimeout(TIMEOUT_S)
            for _ in range(MOST_BYTES):
                yield connection.recv(512)
    elif arguments[0] == "sml":
        with open(arguments[1], encoding="ascii") as file:
            yield bytes.fromhex("".join(file.read().split()))
    else:
        with open(arguments[1], encoding="ascii", newline="") as file:
            yield file.read().replace("\n", "\r\n").encode("ascii")


def total(telegram, name):
    """An energy in Wh: the total, or the sum of both tariffs."""
    whole = getattr(telegram, f"ELECTRICITY_{name}_TOTAL", None)
    found = [whole] if whole else [
        value
        for tariff in (1, 2)
        if (value := getattr(telegram, f"ELECTRICITY_{'USED' if name == 'IMPORTED' else 'DELIVERED'}_TARIFF_{tariff}", None))
    ]
    return float(sum(value.value * (1000 if value.unit == "kWh" else 1) for value in found)) if found else None


def serial(telegram):
    value = getattr(telegram, "EQUIPMENT_IDENTIFIER", None)
    if not value:
        return None
    try:
        return bytes.fromhex(value.value).decode("ascii")
    except ValueError:
        return value.value


def read_p1(stream):
    # The Dutch specification and the lines of another one for the totals, so that either kind of meter is read.
    specification = dict(telegram_specifications.V5)
    known = {entry["obis_reference"] for entry in specification["objects"]}
    extra = [
        entry
        for entry in telegram_specifications.SWEDEN["objects"]
        if entry["value_name"] in ("ELECTRICITY_IMPORTED_TOTAL", "ELECTRICITY_EXPORTED_TOTAL")
        and entry["obis_reference"] not in known
    ]
    specification["objects"] = specification["objects"] + extra
    parser = TelegramParser(specification, apply_checksum_validation=True)
    buffer = TelegramBuffer()
    for piece in stream:
        buffer.append(piece.decode("ascii"))
        for text in buffer.get_all():
            telegram = parser.parse(text)
            delivered = getattr(telegram, "CURRENT_ELECTRICITY_USAGE", None)
            returned = getattr(telegram, "CURRENT_ELECTRICITY_DELIVERY", None)
            watt = [float(value.value) * (1000 if value.unit == "kW" else 1) for value in (delivered, returned) if value]
            return {
                "import_wh": total(telegram, "IMPORTED"),
                "export_wh": total(telegram, "EXPORTED"),
                "power_w": watt[0] - watt[1] if len(watt) == 2 else None,
                "serial": serial(telegram),
            }


def read_sml(stream):
    reader = SmlStreamReader()
    for piece in stream:
        reader.add(piece)
        frame = reader.get_frame()
        if frame is None:
            continue
        seen = {"import_wh": None, "export_wh": None, "power_w": None, "serial": None}
        names = {"1.8.0": "import_wh", "2.8.0": "export_wh", "16.7.0": "power_w"}
        for message in frame.parse_frame():
            body = message.message_body
            seen["serial"] = getattr(body, "server_id", None) or seen["serial"]
            for entry in getattr(body, "val_list", None) or []:
                if entry.obis.obis_short in names:
                    seen[names[entry.obis.obis_short]] = float(entry.get_value())
        return seen


arguments = sys.argv[1:]
print(json.dumps({"p1": read_p1, "sml": read_sml}[arguments[0]](pieces(arguments))))
