// PAPI: what these pages are made with. Its decoders, over each block's own bytes: its client forgets old blocks.
import { getDynamicBuilder, getLookupFn } from "@polkadot-api/metadata-builders";
import { decAnyMetadata, unifyMetadata } from "@polkadot-api/substrate-bindings";
import { getExtrinsicDecoder } from "@polkadot-api/tx-utils";
import { name, readEach, rpc } from "../chain.mjs";

export async function read(url, blocks) {
  const metadata = Buffer.from((await rpc(url, "state_getMetadata")).slice(2), "hex");
  const decode = getExtrinsicDecoder(metadata);
  const events = getDynamicBuilder(getLookupFn(unifyMetadata(decAnyMetadata(metadata)))).buildStorage("System", "Events");
  return readEach(blocks, async ({ hash, extrinsics }) => {
    const kept = await rpc(url, "state_getStorage", [events.keys.enc(), hash]);
    return {
      calls: extrinsics.map((extrinsic) => {
        const { call } = decode(extrinsic);
        return name(call.type, call.value.type);
      }),
      events: events.value.dec(kept).map(({ event }) => name(event.type, event.value.type)),
    };
  });
}
