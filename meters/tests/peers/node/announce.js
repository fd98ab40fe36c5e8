// Announces a Shelly and a HomeWizard P1 meter by npm's multicast-dns, on the loopback interface alone, and serves the
// latter's local API there. Source of its answers: HomeWizard's API documentation.
//
// Prints one JSON line once it listens. Ends when its standard input is closed, so that it never outlives the test that
// started it.
"use strict";

const http = require("node:http");

const ABOUT = {
    product_type: "HWE-P1", product_name: "P1 Meter", serial: "3c39e7aabbcc", firmware_version: "5.18", api_version: "v1",
};
const MEASUREMENT = {
    smr_version: 50, meter_model: "ISKRA  2M550T-101", unique_id: "00112233445566778899AABBCCDDEEFF",
    total_power_import_kwh: 13779.338, total_power_export_kwh: 12.5, active_power_w: -543,
};
const ANSWERS = { "/api": ABOUT, "/api/v1/data": MEASUREMENT };
const server = http.createServer((request, response) => {
    const answer = ANSWERS[request.url];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { error: "not found" }));
});

const INSTANCES = {
    "_shelly._tcp.local": "shellypro3em-08f9e0e5a790",
    "_hwenergy._tcp.local": "p1meter-ABCDEF",
    "_ipp._tcp.local": "printer",
};

const mdns = require("multicast-dns")({ interface: "127.0.0.1", bind: "0.0.0.0", loopback: true, reuseAddr: true });
mdns.on("query", (query, asker) => {
    const answers = query.questions
        .filter((question) => question.type === "PTR" && question.name in INSTANCES)
        .map(({ name }) => ({ name, type: "PTR", ttl: 120, data: `${INSTANCES[name]}.${name}` }));
    const additionals = answers.flatMap(({ data }) => [
        { name: data, type: "SRV", ttl: 120, data: { port: server.address().port, target: "device.local" } },
        { name: data, type: "TXT", ttl: 120, data: ["gen=2", "app=Pro3EM"] },
    ]);
    if (answers.length > 0) {
        mdns.respond({ id: query.id, answers, additionals }, asker);
    }
});
mdns.on("error", () => {});
mdns.on("ready", () => server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ ready: true }))));
process.stdin.resume().on("end", () => process.exit(0));
