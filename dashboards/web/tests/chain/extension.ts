/**
 * A wallet extension as a page meets it: `window.injectedWeb3`, behind which the signing code of polkadot-js-extension
 * signs, as `signingApprovePassword` of its background page does. Nothing of it is ours but the plumbing.
 */
import RequestExtrinsicSign from "@polkadot/extension-base/background/RequestExtrinsicSign";
import { metadataExpand } from "@polkadot/extension-chains";
import { Keyring } from "@polkadot/keyring";
import { TypeRegistry } from "@polkadot/types";

type Payload = ConstructorParameters<typeof RequestExtrinsicSign>[0];
/** What a wallet knows of a chain, if it was ever told. */
export type Known = Parameters<typeof metadataExpand>[0];

export const EXTENSION = "polkadot-js";

/** Puts the extension into the page, with an account for each derivation; `seen` hears of each payload. */
export function install(derivations: readonly string[], known: Known | null, seen: (payload: Payload) => void): void {
  const keyring = new Keyring({ type: "sr25519", ss58Format: 42 });
  const pairs = derivations.map((derivation) => keyring.addFromUri(derivation, { name: derivation }));
  const accounts = pairs.map(({ address }, number) => ({ address, name: derivations[number], type: "sr25519" }));
  const registryFor = (payload: Payload) => {
    if (!known) {
      const registry = new TypeRegistry();
      registry.setSignedExtensions(payload.signedExtensions);
      return registry;
    }
    const { registry, definition } = metadataExpand(known, false);
    registry.setSignedExtensions(payload.signedExtensions, definition.userExtensions);
    return registry;
  };
  const signPayload = (payload: Payload) => {
    seen(payload);
    const pair = keyring.getPair(payload.address);
    return Promise.resolve({ id: 1, ...new RequestExtrinsicSign(payload).sign(registryFor(payload) as never, pair as never) });
  };
  const enabled = {
    accounts: { get: () => Promise.resolve(accounts), subscribe: () => () => undefined },
    signer: { signPayload, signRaw: () => Promise.reject(new Error("nothing raw is signed here")) },
  };
  const injectedWeb3 = { [EXTENSION]: { version: "0.62.3", enable: () => Promise.resolve(enabled) } };
  Object.assign(globalThis, { window: { injectedWeb3 } });
}

/** Takes it away. */
export function remove(): void {
  Reflect.deleteProperty(globalThis, "window");
}
