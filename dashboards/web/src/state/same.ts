/** What an answer has in common with the one before. */

/**
 * `next` with those parts of `last` that are equal to its own, so that what shows them is not drawn anew.
 */
export function keepSame<T>(last: unknown, next: T): T {
  if (Object.is(last, next)) return next;
  if (!isObject(last) || !isObject(next) || Array.isArray(last) !== Array.isArray(next)) return next;
  const kept: Record<string, unknown> = Array.isArray(next) ? (Object.assign([], next) as never) : { ...next };
  const names = Object.keys(kept);
  let isSame = names.length === Object.keys(last).length;
  for (const name of names) {
    kept[name] = keepSame(last[name], kept[name]);
    isSame &&= Object.is(kept[name], last[name]) && name in last;
  }
  return (isSame ? last : kept) as T;
}

/** An object or a list of JSON; what else there is (a map, a date) is never taken apart. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  Array.isArray(value) || (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype);
