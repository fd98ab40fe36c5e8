// Serves SunSpec images over Modbus TCP by npm's modbus-serial, for our driver to read.
//
// Prints one JSON line with the port once it serves. Ends when its standard input is closed, so that it never outlives
// the test that started it. The images are written from the SunSpec information model reference, word by word; it
// shares no code and no tables with the driver.
"use strict";

const { ServerTCP } = require("modbus-serial");

const ILLEGAL_ADDRESS = 2;
const MARKER = [0x5375, 0x6e53];
const END = [0xffff, 0];

const u32 = (value) => [Math.floor(value / 0x10000), value % 0x10000];
const u64 = (value) => [...u32(Math.floor(value / 2 ** 32)), ...u32(value % 2 ** 32)];
const i16 = (value) => [value & 0xffff];

function f32(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
}

function text(value, words) {
    const bytes = Buffer.alloc(words * 2);
    bytes.write(value, "latin1");
    return Array.from({ length: words }, (_, word) => bytes.readUInt16BE(word * 2));
}

// A model of that length; `points` are offsets from its id and what stands there.
function model(id, length, points) {
    const words = [id, length, ...new Array(length).fill(0x8000)];
    for (const [offset, values] of points) {
        words.splice(offset, values.length, ...values);
    }
    return words;
}

const common = (name, serial) =>
    model(1, 66, [[2, text("NodeVolt", 16)], [18, text(name, 16)], [34, text("", 16)], [50, text(serial, 16)]]);
const inverter = (id, energy, factor) =>
    model(id, 50, [[14, i16(500)], [15, i16(1)], [24, u32(energy)], [26, i16(factor)]]);
const floatMeter = (id, imported, exported) => model(id, 124, [[28, f32(-250.5)], [60, f32(exported)], [68, f32(imported)]]);
const meter = (id, imported, exported, factor) =>
    model(id, 105, [[18, i16(-1500)], [22, i16(0)], [38, u32(exported)], [46, u32(imported)], [54, i16(factor)]]);

function strings(energies) {
    const modules = energies.flatMap((energy, index) => {
        const words = new Array(20).fill(0);
        words.splice(0, 1, index + 1);
        words.splice(1, 8, ...text(`string ${index + 1}`, 8));
        words.splice(11, 3, 40 + index, ...u32(energy));
        return words;
    });
    const header = [...i16(-2), ...i16(-1), ...i16(1), ...i16(2), 0, 0, energies.length, 0];
    return [160, header.length + modules.length, ...header, ...modules];
}

// Images by unit and base.
const UNITS = {
    // A chain with repeated models, a model longer than one request, and nothing at its end.
    1: [40000, [
        ...MARKER,
        ...common("PV", "NODE-INV"), ...inverter(102, 987654, 1), ...strings([11, 22, 33, 44, 55, 66, 77, 88]),
        ...common("Meter", "NODE-MET-1"), ...meter(201, 1000, 2000, 0),
        ...common("Meter", "NODE-MET-2"), ...meter(201, 3000, 4000, 3),
        ...common("Meter", "NODE-MET-3"), ...meter(204, 4294967294, 0, -1), ...floatMeter(214, 12.5, 0.25),
    ]],
    // A chain at 0.
    2: [0, [
        ...MARKER, ...common("DER", "NODE-DER"),
        ...model(701, 153, [[10, i16(-33)], [116, i16(1)], [19, u64(6000000002)], [23, u64(17)], [120, i16(0)]]), ...END,
    ]],
    // A chain where only the one who knows it looks.
    3: [1234, [...MARKER, ...common("PV", "NODE-ODD"), ...inverter(101, 42, 3), ...END]],
};

function getHoldingRegister(address, unit) {
    const [base, words] = UNITS[unit] ?? [0, []];
    const word = address < base ? undefined : words[address - base];
    if (word === undefined) {
        throw Object.assign(new Error("illegal address"), { modbusErrorCode: ILLEGAL_ADDRESS });
    }
    return word;
}

// The text "0" is any free port; the number would be taken for none given.
const server = new ServerTCP({ getHoldingRegister }, { host: "127.0.0.1", port: "0", unitID: 255 });
server.on("initialized", () => console.log(JSON.stringify({ port: server._server.address().port })));
server.on("socketError", () => {});
process.stdin.resume().on("end", () => process.exit(0));
