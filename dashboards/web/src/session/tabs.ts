/**
 * The tabs of a browser share one session cookie. What must not be mixed with what another tab does runs alone here.
 */

const NAME = "deren.session";

/** Runs while no other tab of this site does the same. Without the browser's locks (plain http) it just runs. */
export function alone<T>(run: () => Promise<T>): Promise<T> {
  // Absent outside of a secure context, whatever the types say.
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks ? (locks.request(NAME, run) as Promise<T>) : run();
}
