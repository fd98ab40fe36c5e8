/** Passkeys of this site, and the secret that one gives for it: WebAuthn with its PRF extension. */

/** What the secret is for; another text would give another secret. */
const PRF_INPUT = new TextEncoder().encode("DeREN/account/v1");
const RELYING_PARTY = "DeREN";
const CHALLENGE_BYTES = 32;
/** ES256, EdDSA, RS256: what authenticators make. The signature itself is not used. */
const ALGORITHMS = [-7, -8, -257];

/** Passkeys cannot be had here, or this one gives no secret; `message` says what to do. */
export class NoPasskey extends Error {}

/** Why this page cannot ask for passkeys; null if it can. */
export function whyNoPasskeys(): string | null {
  if (!isSecureContext) return "A key of your own needs https: a page that came without may have been changed on its way. Open these pages by https.";
  // Absent in old browsers, whatever the types say.
  if (!("PublicKeyCredential" in globalThis)) return "This browser knows no passkeys. Use a passphrase, or another browser.";
  if (/^[\d.]+$|:/.test(location.hostname)) {
    return `Passkeys belong to a name, and ${location.hostname} is none. Open these pages by their name${location.hostname === "127.0.0.1" ? ", here localhost" : ""}, or use a passphrase.`;
  }
  return null;
}

const ensurePossible = () => {
  const why = whyNoPasskeys();
  if (why !== null) throw new NoPasskey(why);
};

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const extensions = { prf: { eval: { first: PRF_INPUT } } };

/** Makes a passkey and gives its secret of 32 bytes. */
export async function createCredential(name: string): Promise<BufferSource> {
  ensurePossible();
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: RELYING_PARTY },
        user: { id: random(16), name, displayName: name },
        challenge: random(CHALLENGE_BYTES),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions,
      },
    }),
  );
  const results = made.getClientExtensionResults().prf;
  if (results?.results?.first) return results.results.first;
  if (results?.enabled !== true) {
    throw new NoPasskey("This passkey gives no secret for signing (its device does not know PRF). Use a passphrase instead; you can delete the passkey.");
  }
  // Some say at once that they can, and give it only when they are asked again.
  return askCredential(made.rawId);
}

/** Asks for a passkey of this site, or for this one, and gives its secret. */
export async function askCredential(id?: BufferSource): Promise<BufferSource> {
  ensurePossible();
  const given = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(CHALLENGE_BYTES),
        userVerification: "required",
        allowCredentials: id === undefined ? [] : [{ type: "public-key", id }],
        extensions,
      },
    }),
  );
  const secret = given.getClientExtensionResults().prf?.results?.first;
  if (!secret) throw new NoPasskey("This passkey gives no secret for signing (its device does not know PRF). Use a passphrase instead.");
  return secret;
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (error) {
    // The browser does not say whether its owner refused, or has none.
    if (error instanceof DOMException && error.name === "NotAllowedError") throw new NoPasskey("No passkey was given: it was refused, took too long, or there is none here.");
    throw error;
  }
  if (!(credential instanceof PublicKeyCredential)) throw new NoPasskey("No passkey was given.");
  return credential;
}
