/** Names of sites and zones: what the API will take, and what stands where nobody gave one. */

const MOST = 60;

/** What is wrong with a name; empty if nothing is. */
export function nameError(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") return "A name has at least one character.";
  if (Array.from(trimmed).length > MOST) return `A name has at most ${MOST} characters.`;
  if (/\p{Cc}/u.test(trimmed)) return "A name has no control characters.";
  return "";
}

/** A site's name, or its number. */
export function siteName(site: { id: number; name: string | null }): string {
  return site.name ?? `Site ${site.id}`;
}

/** A zone's name, or its number. */
export function zoneName(zone: { id: number; name: string | null; parent: number | null }): string {
  return zone.name ?? (zone.parent === null ? "Substation" : `Feeder ${zone.id}`);
}
