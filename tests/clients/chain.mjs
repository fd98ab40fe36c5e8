// The chain's blocks as bytes, by plain JSON-RPC: what no client has read for us.

let calls = 0;

export async function rpc(url, method, params = []) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: ++calls, method, params });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

/** What an extrinsic's first byte after its length says: a general one is the form of batches of readings. */
function kindOf(extrinsic) {
  const first = Number.parseInt(extrinsic.slice(2, 4), 16) & 3;
  const lengthBytes = { 0: 1, 1: 2, 2: 4 }[first];
  if (lengthBytes === undefined) throw new Error(`an extrinsic of more than a gigabyte: ${extrinsic.slice(0, 20)}`);
  const at = 2 + 2 * lengthBytes;
  const preamble = Number.parseInt(extrinsic.slice(at, at + 2), 16);
  return { 0x00: "bare", 0x40: "general", 0x80: "signed" }[preamble & 0xc0];
}

/** Every finalised block but the first, which has no extrinsics. */
export async function finalisedBlocks(url) {
  const head = await rpc(url, "chain_getFinalizedHead");
  const { number } = await rpc(url, "chain_getHeader", [head]);
  const blocks = [];
  for (let block = 1; block <= Number(number); block += 1) {
    const hash = await rpc(url, "chain_getBlockHash", [block]);
    const { extrinsics } = (await rpc(url, "chain_getBlock", [hash])).block;
    blocks.push({ number: block, hash, extrinsics, kinds: extrinsics.map(kindOf) });
  }
  return blocks;
}

/** `pallet.name`, however a client writes the two. */
export const name = (pallet, item) => `${pallet}.${item}`.replaceAll("_", "").toLowerCase();

/**
 * Reads each block with `readBlock`, which gives the names of its calls and events in order. Gives these by block, and
 * why a block could not be read.
 */
export async function readEach(blocks, readBlock) {
  const read = new Map();
  const failed = new Map();
  for (const block of blocks) {
    try {
      read.set(block.number, await readBlock(block));
    } catch (error) {
      failed.set(block.number, error instanceof Error ? error.message : String(error));
    }
  }
  return { read, failed };
}
