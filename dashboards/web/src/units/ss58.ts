/** The key inside an address, to compare it with one that is written in hexadecimal. */

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** Prefix byte, 32 bytes of key, two of checksum: 46 to 48 letters. */
const LENGTH = 35;
const LEAST_LETTERS = 46;

/**
 * The account's 32 bytes as `0x…` of an SS58 address with a one-byte prefix, or of what is that already; null for
 * anything else. It does not check the checksum: only use it to compare with addresses that the API gave.
 */
export function accountHex(address: string): string | null {
  if (/^0x[0-9a-fA-F]{64}$/.test(address)) return address.toLowerCase();
  let value = 0n;
  for (const letter of address) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const hex = value.toString(16).padStart(2 * LENGTH, "0");
  if (address.length < LEAST_LETTERS || hex.length !== 2 * LENGTH) return null;
  return `0x${hex.slice(2, 66)}`;
}
