/** Calls a function at once, and then at most once in `everyMs`, the last wish of a pause included. */

/** A throttled function, and how to forget what waits. */
export type Throttled = { call: () => void; cancel: () => void };

export function throttle(run: () => void, everyMs: number, now: () => number = Date.now): Throttled {
  let ranAtMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fire = () => {
    timer = undefined;
    ranAtMs = now();
    run();
  };
  return {
    call: () => {
      if (timer !== undefined) return;
      const waitMs = ranAtMs + everyMs - now();
      if (waitMs <= 0) fire();
      else timer = setTimeout(fire, waitMs);
    },
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
