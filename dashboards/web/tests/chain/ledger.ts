/**
 * A hardware wallet as PAPI's signer for Ledger meets it: the answers of Polkadot's generic app, without a cable. It
 * signs only what it can read by the proof that comes along, as Polkadot's RFC 78 has it. All of that is read here
 * anew.
 */
import { blake2b } from "@noble/hashes/blake2.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { LedgerSigner } from "@polkadot-api/ledger-signer";
import { type CodecType, Bytes, Option, ScaleEnum, Struct, Vector, _void, bool, compactNumber, str, u16, u32, u8 } from "@polkadot-api/substrate-bindings";
import { ed25519, ss58Address } from "@polkadot-labs/hdkd-helpers";
import type { Key } from "../../src/session/key";

const NUMBERS = ["u8", "u16", "u32", "u64", "u128", "u256", "i8", "i16", "i32", "i64", "i128", "i256"] as const;
const COMPACT = ["compactU8", "compactU16", "compactU32", "compactU64", "compactU128", "compactU256"] as const;
const SIMPLE = ["bool", "char", "str", ...NUMBERS, ...COMPACT, "void"] as const;
const simple = Object.fromEntries(SIMPLE.map((name) => [name, _void])) as Record<(typeof SIMPLE)[number], typeof _void>;

const typeRef = ScaleEnum({ ...simple, perId: compactNumber });
const fields = Vector(Struct({ name: Option(str), ty: typeRef, typeName: Option(str) }));
const leaf = Struct({
  path: Vector(str),
  typeDef: ScaleEnum({
    composite: fields,
    enumeration: Struct({ name: str, fields, index: compactNumber }),
    sequence: typeRef,
    array: Struct({ len: u32, typeParam: typeRef }),
    tuple: Vector(typeRef),
    bitSequence: Struct({ numBytes: u8, leastSignificantBitFirst: bool }),
  }),
  typeId: compactNumber,
});
const extrinsic = Struct({
  version: u8,
  addressTy: typeRef,
  callTy: typeRef,
  signatureTy: typeRef,
  signedExtensions: Vector(Struct({ identifier: str, includedInExtrinsic: typeRef, includedInSignedData: typeRef })),
});
const extraInfo = Struct({ specVersion: u32, specName: str, base58Prefix: u16, decimals: u8, tokenSymbol: str });
const proof = Struct({ leaves: Vector(leaf), nodes: Vector(u32), hashes: Vector(Bytes(32)), extrinsic, extraInfo });

type Proof = CodecType<typeof proof>;

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const text = (words: string) => new TextEncoder().encode(words);

/** The root of the tree of types, from the leaves that are given and the hashes of what is left out. */
function rootOf({ leaves, nodes, hashes }: Proof): Uint8Array {
  let [nextLeaf, nextHash] = [0, 0];
  const isAbove = (node: number, of: number | undefined): boolean => of !== undefined && (of === node || (of > node && isAbove(node, (of - 1) >> 1)));
  const hashOf = (node: number): Uint8Array => {
    const [at, content] = [nodes[nextLeaf], leaves[nextLeaf]];
    if (at === node && content) {
      nextLeaf += 1;
      return blake3(leaf.enc(content));
    }
    if (isAbove(node, at)) return blake3(joined(hashOf(2 * node + 1), hashOf(2 * node + 2)));
    const hash = hashes[nextHash++];
    if (!hash) throw new Error("the proof lacks a hash");
    return hash;
  };
  const root = hashOf(0);
  if (nextLeaf !== leaves.length || nextHash !== hashes.length) throw new Error("the proof has more than it needs");
  return root;
}

/** The digest that this proof leads to. */
function digestOf(given: Proof): Uint8Array {
  return blake3(joined(Uint8Array.of(1), rootOf(given), blake3(extrinsic.enc(given.extrinsic)), extraInfo.enc(given.extraInfo)));
}

/** The pallet and the call, as the device shows them: by the names in the leaves, which the digest vouches for. */
function nameOf(payload: Uint8Array, given: Proof): string {
  const chosen = (type: CodecType<typeof typeRef> | undefined, index: number | undefined) => {
    const variants = given.leaves.flatMap(({ typeId, typeDef }) => (type?.tag === "perId" && typeId === type.value && typeDef.tag === "enumeration" ? [typeDef.value] : []));
    const variant = variants.find((candidate) => candidate.index === index);
    if (!variant) throw new Error("the proof lacks the call");
    return variant;
  };
  const pallet = chosen(given.extrinsic.callTy, payload[0]);
  return `${pallet.name}.${chosen(pallet.fields[0]?.ty, payload[1]).name}`;
}

/** The class of what every app answers: which one it is. */
const ANY_APP = 0xb0;
const INS = { address: 1, sign: 2 };
const DONE = Uint8Array.of(0x90, 0);
/** A format, and a name and a version with their lengths: from version 100 on it is the generic app. */
const APP = joined(Uint8Array.of(1, 8), text("Polkadot"), Uint8Array.of(8), text("100.0.13"));
/** A derivation path, before the payload's length. */
const PATH_BYTES = 20;

class Device {
  readonly shown: string[] = [];
  readonly publicKey: Uint8Array;
  #payloadBytes = 0;
  #received: Uint8Array = new Uint8Array();

  constructor(private readonly secret: Uint8Array) {
    this.publicKey = ed25519.getPublicKey(secret);
  }

  /** What a transport does: a command, and the answer to it. */
  send(whom: number, ins: number, p1: number, _p2: number, data: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(joined(whom === ANY_APP ? APP : this.#answer(ins, p1, data), DONE));
  }

  #answer(ins: number, part: number, data: Uint8Array): Uint8Array {
    if (ins === INS.address) return joined(this.publicKey, text(ss58Address(this.publicKey, 42)));
    if (ins !== INS.sign) throw new Error(`no such instruction: ${ins}`);
    if (part === 0) {
      // A copy, because a decoder reads from the beginning of the memory behind what it is given.
      [this.#payloadBytes, this.#received] = [u16.dec(Uint8Array.from(data.subarray(PATH_BYTES))), new Uint8Array()];
      return new Uint8Array();
    }
    this.#received = joined(this.#received, data);
    return part === 2 ? this.#signature() : new Uint8Array();
  }

  #signature(): Uint8Array {
    const payload = this.#received.slice(0, this.#payloadBytes);
    const given = proof.dec(this.#received.slice(this.#payloadBytes));
    // The digest is what the payload ends with, after the byte that says that it is there.
    const claimed = joined(Uint8Array.of(1), digestOf(given));
    if (claimed.some((byte, at) => byte !== payload[payload.length - claimed.length + at])) throw new Error("the proof is not of this digest");
    this.shown.push(nameOf(payload, given));
    const signed = payload.length > 256 ? blake2b(payload, { dkLen: 32 }) : payload;
    return joined(Uint8Array.of(0), ed25519.sign(signed, this.secret));
  }
}

export type Ledger = { key: Extract<Key, { kind: "wallet" }>; publicKey: Uint8Array; shown: readonly string[] };

/** A device with this seed, and the page's key for it. */
export async function ledger(seed: number, network: { decimals: number; tokenSymbol: string }): Promise<Ledger> {
  const device = new Device(new Uint8Array(32).fill(seed));
  const signer = await new LedgerSigner(device as never).getPolkadotSigner(network, 0);
  const { publicKey, shown } = device;
  return { key: { kind: "wallet", address: ss58Address(publicKey, 42), signer }, publicKey, shown };
}
