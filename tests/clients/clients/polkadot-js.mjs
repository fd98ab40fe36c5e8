// @polkadot/api: what polkadot-js Apps, many wallets and services are made with.
import { ApiPromise, HttpProvider } from "@polkadot/api";
import { name, readEach } from "../chain.mjs";

export async function read(url, blocks) {
  const api = await ApiPromise.create({ provider: new HttpProvider(url), noInitWarn: true, throwOnConnect: true });
  try {
    return await readEach(blocks, async ({ hash }) => {
      const { block } = await api.rpc.chain.getBlock(hash);
      const events = await (await api.at(hash)).query.system.events();
      return {
        calls: block.extrinsics.map(({ method }) => name(method.section, method.method)),
        events: events.map(({ event }) => name(event.section, event.method)),
      };
    });
  } finally {
    await api.disconnect();
  }
}
