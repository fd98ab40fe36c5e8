// Reads every finalised block of a chain with five clients of others, and compares what they read. Ends with 1 and says
// why if one reads less than is written of it in runtime/node/README.md, or more, or something else than the others.
//
// usage: node read-chain.mjs http://NODE
import * as dedot from "./clients/dedot.mjs";
import * as papi from "./clients/papi.mjs";
import * as polkadotJs from "./clients/polkadot-js.mjs";
import * as sidecar from "./clients/sidecar.mjs";
import * as substrateInterface from "./clients/substrate-interface.mjs";
import { finalisedBlocks } from "./chain.mjs";

const CLIENTS = [
  { title: "PAPI", ...papi, readsBatches: true },
  { title: "dedot", ...dedot, readsBatches: true },
  { title: "@polkadot/api", ...polkadotJs, readsBatches: true },
  { title: "api-sidecar", ...sidecar, readsBatches: false },
  { title: "py-substrate-interface", ...substrateInterface, readsBatches: false },
];

const url = process.argv[2];
if (!/^http:\/\//.test(url ?? "")) throw new Error("usage: node read-chain.mjs http://NODE");

const blocks = await finalisedBlocks(url);
const faults = [];
const batches = new Set(blocks.filter(({ kinds }) => kinds.includes("general")).map(({ number }) => number));
const first = await CLIENTS[0].read(url, blocks);
const all = [...first.read.values()];
const count = (wanted) => all.reduce((sum, { calls, events }) => sum + [...calls, ...events].filter((each) => each === wanted).length, 0);

// What is not there cannot be read wrongly. Readings come in either version.
const events = ["fees.paidineuros", "matching.orderplaced", "transactionpayment.transactionfeepaid"];
for (const wanted of [["metering.submit", "metering.submitv2"], ...events.map((event) => [event])]) {
  const times = wanted.reduce((sum, name) => sum + count(name), 0);
  console.log(`${wanted.join(" or ")}: ${times}`);
  if (times === 0) faults.push(`there is no ${wanted.join(" or ")} in the chain`);
}

for (const { title, read, readsBatches } of CLIENTS) {
  const mine = title === CLIENTS[0].title ? first : await read(url, blocks);
  console.log(`${title}: ${mine.read.size} of ${blocks.length} blocks; ${batches.size} have batches of readings`);
  for (const { number } of blocks) {
    const should = readsBatches || !batches.has(number);
    if (should !== mine.read.has(number)) faults.push(`${title}: block ${number}: ${mine.failed.get(number) ?? "it reads batches of readings by now"}`);
    const [theirs, ours] = [first.read.get(number), mine.read.get(number)].map((block) => block && [block.calls.join(), block.events.toSorted().join()]);
    if (theirs && ours && theirs.join("\n") !== ours.join("\n")) faults.push(`${title}: block ${number}: ${ours} and not ${theirs}`);
  }
}
if (faults.length > 0) {
  console.error(faults.slice(0, 20).join("\n"));
  process.exit(1);
}
process.exit(0);
