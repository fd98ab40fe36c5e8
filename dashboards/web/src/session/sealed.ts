/**
 * A secret under a passphrase, as text: PBKDF2 with SHA-256 makes the key, AES-GCM seals. The account's address is
 * sealed along, so that one account's text does not open as another's.
 */

/** What OWASP asks of PBKDF2 with SHA-256. */
const ITERATIONS = 600_000;
const MOST_ITERATIONS = 10_000_000;
const SALT_BYTES = 16;
const IV_BYTES = 12;

const STORED = "deren.key.";

/** Under which name an account's sealed secret lies in this browser. */
export const sealedUnder = (address: string) => `${STORED}${address}`;

/** The accounts whose sealed secrets lie in this browser. */
export function keptHere(): string[] {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(STORED))
    .map((name) => name.slice(STORED.length));
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16));
const utf8 = (text: string) => new TextEncoder().encode(text);

async function keyOf(passphrase: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(parameters, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Seals a secret. */
export async function seal(secret: Uint8Array<ArrayBuffer>, passphrase: string, address: string): Promise<string> {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(SALT_BYTES)), crypto.getRandomValues(new Uint8Array(IV_BYTES))];
  const key = await keyOf(passphrase, salt, ITERATIONS);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(address) }, key, secret);
  return JSON.stringify({ version: 1, iterations: ITERATIONS, salt: hex(salt), iv: hex(iv), sealed: hex(new Uint8Array(sealed)) });
}

/** Opens what was sealed; null if the passphrase, the address or the text is another. */
export async function open(text: string, passphrase: string, address: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const { version, iterations, salt, iv, sealed } = JSON.parse(text) as Record<string, unknown>;
    if (version !== 1 || typeof iterations !== "number" || iterations > MOST_ITERATIONS) return null;
    if (typeof salt !== "string" || typeof iv !== "string" || typeof sealed !== "string") return null;
    const key = await keyOf(passphrase, bytesOf(salt), iterations);
    const parameters = { name: "AES-GCM", iv: bytesOf(iv), additionalData: utf8(address) };
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, bytesOf(sealed)));
  } catch {
    return null;
  }
}
