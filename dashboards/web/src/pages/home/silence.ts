/** When a device counts as silent, and what it is called. Pure. */

const ROLES: Record<string, string> = { grid: "Grid meter", production: "Solar inverter", storage: "Battery" };

export const nameOf = (role: string): string => ROLES[role] ?? role;

/** What was heard in the last three slots, with time to arrive, is not silent; what was never heard is only new. */
export function isSilent(atUnixS: number | null, slotSeconds: number, nowS: number): boolean {
  return atUnixS !== null && nowS - atUnixS > 4 * slotSeconds + 30;
}
