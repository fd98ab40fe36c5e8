"""Serves SunSpec images that pysunspec2 encodes over Modbus TCP by pymodbus, for our driver to read.

Prints one JSON line with the port once it serves. Ends when its standard input is closed, so that it never outlives
the test that started it. It shares no code and no tables with the driver.
"""

import asyncio
import json
import logging
import struct
import sys

import sunspec2.device as sunspec
from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

MARKER = [0x5375, 0x6E53]
END = [0xFFFF, 0]


def registers(model_id, **points):
    """A model's registers, id and length included, with every other point not implemented.

    A list is a repeating group, the points of each occurrence.
    """
    data = sunspec.Model(model_id=model_id, data=points).get_mb()
    return list(struct.unpack(f">{len(data) // 2}H", data))


def common(model, serial):
    return registers(1, Mn="PeerVolt", Md=model, SN=serial, Vr="1.0", DA=1)


# One inverter and three meters in one chain, a model 1 before each, as SolarEdge does.
INVERTER_AND_METERS = [
    *MARKER,
    *common("PV-10K", "INV-001"),
    *registers(103, W=-12, W_SF=2, WH=123456789, WH_SF=-1, A_SF=0, V_SF=-1, Hz_SF=-2),
    *registers(
        160,
        N=2,
        module=[{"IDStr": "East", "DCW": 640, "DCWH": 12345}, {"IDStr": "West", "DCW": 0, "DCWH": 0}],
        DCW_SF=0,
        DCWH_SF=-1,
    ),
    *registers(120, DERTyp=4, WRtg=10000, WRtg_SF=0),
    *common("Meter", "MET-001"),
    *registers(203, W=-1500, W_SF=0, TotWhExp=7654321, TotWhImp=1234567, TotWh_SF=0),
    *common("Meter", "MET-002"),
    *registers(203, W=25, W_SF=1, TotWhExp=5, TotWhImp=4000000000, TotWh_SF=1),
    *common("Meter", "MET-002"),
    *registers(213, W=12.5, TotWhExp=0.5, TotWhImp=4096.25),
    *END,
]

# A unit of the new models, its chain at address 0.
NEW_MODELS = [
    *MARKER,
    *common("DER-5", "DER-001"),
    *registers(701, ACType=1, W=4321, W_SF=0, TotWhInj=5000000001, TotWhAbs=42, TotWh_SF=0),
    *registers(
        714,
        NPrt=2,
        Prt=[
            {"PrtTyp": 0, "ID": 1, "IDStr": "Roof", "DCW": 44, "DCWhInj": 5100000000, "DCWhAbs": 0},
            {"PrtTyp": 1, "ID": 2, "IDStr": "Cellar", "DCW": -3, "DCWhInj": 7, "DCWhAbs": 9},
        ],
        DCW_SF=2,
        DCWH_SF=0,
    ),
    *registers(702, WMaxRtg=5000, W_SF=0),
    *END,
]

# Requests for what is not there are part of a search.
logging.disable(logging.CRITICAL)


async def serve():
    devices = [
        SimDevice(1, [SimData(40000, values=INVERTER_AND_METERS, datatype=DataType.REGISTERS)]),
        SimDevice(2, [SimData(0, values=NEW_MODELS, datatype=DataType.REGISTERS)]),
    ]
    servers = {
        "port": ModbusTcpServer(devices, address=("127.0.0.1", 0)),
        # The frames of a serial line over TCP, as a serial device server carries them.
        "rtu_port": ModbusTcpServer(devices, framer=FramerType.RTU, address=("127.0.0.1", 0)),
    }
    for server in servers.values():
        await server.serve_forever(background=True)
    ports = {name: server.transport.sockets[0].getsockname()[1] for name, server in servers.items()}
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers.values():
        await server.shutdown()


asyncio.run(serve())
