"""Reads a SunSpec device over Modbus TCP with pysunspec2 and prints its models, scale factors applied, as JSON.

Usage: read_sunspec.py HOST PORT UNIT
"""

import json
import sys

import sunspec2.modbus.client as client


def main():
    host, port, unit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    device = client.SunSpecModbusClientDeviceTCP(slave_id=unit, ipaddr=host, ipport=port, timeout=20)
    device.scan()
    models = []
    for model in device.model_list:
        model.read()
        points = {name: point.cvalue for name, point in model.points.items()}
        models.append({"id": model.model_id, "points": points})
    device.close()
    json.dump(models, sys.stdout)


if __name__ == "__main__":
    main()
