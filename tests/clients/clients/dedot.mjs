// dedot: a client for pages and services, of other authors than PAPI.
import { LegacyClient, WsProvider } from "dedot";
import { name, readEach } from "../chain.mjs";

export async function read(url, blocks) {
  const client = await LegacyClient.new(new WsProvider(url.replace(/^http/, "ws")));
  try {
    return await readEach(blocks, async ({ hash, extrinsics }) => {
      const events = await (await client.at(hash)).query.system.events();
      return {
        calls: extrinsics.map((extrinsic) => {
          const { pallet, palletCall } = client.registry.$Extrinsic.tryDecode(extrinsic).call;
          return name(pallet, palletCall.name ?? palletCall);
        }),
        events: events.map(({ event }) => name(event.pallet, event.palletEvent.name ?? event.palletEvent)),
      };
    });
  } finally {
    await client.disconnect();
  }
}
