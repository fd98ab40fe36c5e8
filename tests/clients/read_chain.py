"""Reads blocks with py-substrate-interface: each line of standard input is a block's number and hash. Prints a line of JSON for
each, with the names of its events and calls, or why its calls could not be read.

usage: read_chain.py ws://NODE
"""

import json
import sys

from substrateinterface import SubstrateInterface


def name(pallet: str, item: str) -> str:
    return f"{pallet}.{item}".replace("_", "").lower()


def events(chain: SubstrateInterface, block_hash: str) -> list[str]:
    values = (record.value for record in chain.get_events(block_hash=block_hash))
    return [name(value["module_id"], value["event_id"]) for value in values]


def calls(chain: SubstrateInterface, block_hash: str) -> list[str]:
    block = chain.get_block(block_hash=block_hash)
    each = (extrinsic.value["call"] for extrinsic in block["extrinsics"])
    return [name(call["call_module"], call["call_function"]) for call in each]


def main() -> None:
    with SubstrateInterface(url=sys.argv[1]) as chain:
        for line in sys.stdin:
            number, block_hash = line.split()
            read = {"number": int(number)}
            try:
                read["events"] = events(chain, block_hash)
                read["calls"] = calls(chain, block_hash)
            except Exception as error:  # whatever it is, it is the client's answer
                read["error"] = f"{type(error).__name__}: {error}"
            print(json.dumps(read))


if __name__ == "__main__":
    main()
