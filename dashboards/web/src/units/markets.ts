/** Markets in words. */

/** As "market 3", or "markets 3, 7 and 20–40". */
export function marketsInWords(ranges: { first: number; last: number }[]): string {
  const parts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  const last = parts.pop() ?? "";
  if (parts.length === 0) return `${last.includes("–") ? "markets" : "market"} ${last}`;
  return `markets ${parts.join(", ")} and ${last}`;
}
