"""Serves HomeWizard's local API with Python's own web server, as an older P1 meter answers that has the tariffs alone.

Prints one JSON line with the port once it serves. Ends when its standard input is closed.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "/api": {"product_type": "HWE-P1", "product_name": "P1 Meter", "serial": "3c39e7aabbcc", "api_version": "v1"},
    "/api/v1/data": {
        "smr_version": 50,
        "unique_id": "0011AA",
        "total_power_import_t1_kwh": 10830.511,
        "total_power_import_t2_kwh": 2948.827,
        "total_power_export_kwh": 0.5,
        "active_power_w": -543,
    },
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answer = ANSWERS.get(self.path)
        body = json.dumps(answer).encode() if answer else b""
        self.send_response(200 if answer else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"port": server.server_address[1]}), flush=True)
sys.stdin.read()
