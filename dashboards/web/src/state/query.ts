/** Data of the API that stays on the page while it is fetched again. */
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { throttle } from "./throttle";

/** However often something changes, it is fetched again at most this often. */
const REFETCH_EVERY_MS = 1_500;

export type Query<T> = {
  /** The newest answer; undefined before the first. */
  data: Accessor<T | undefined>;
  /** Why the newest request failed; undefined once one succeeded. */
  error: Accessor<unknown>;
  /** True until the first answer or error. */
  loading: Accessor<boolean>;
  /** Fetches again, throttled. */
  refetch: () => void;
};

/**
 * Fetches what `key` names whenever it changes (nothing while it is undefined), and again whenever `changes` moves.
 * An answer to an older key is dropped. While a request is under way no other is made with the same key, so that an API
 * that is slower than its news still fills the page.
 */
export function createQuery<K, T>(
  key: Accessor<K | undefined>,
  fetcher: (key: K) => Promise<T>,
  changes: Accessor<unknown> = () => undefined,
): Query<T> {
  const [data, setData] = createSignal<T>();
  const [error, setError] = createSignal<unknown>();
  const [loading, setLoading] = createSignal(true);
  let generation = 0;
  let isUnderWay = false;
  let hasMoved = false;
  const run = async () => {
    const wanted = key();
    if (wanted === undefined) return;
    generation += 1;
    const mine = generation;
    isUnderWay = true;
    hasMoved = false;
    try {
      const answer = await fetcher(wanted);
      if (mine !== generation) return;
      setData(() => answer);
      setError(undefined);
    } catch (failure) {
      if (mine !== generation) return;
      setError(failure);
    }
    setLoading(false);
    isUnderWay = false;
    if (hasMoved) again.call();
  };
  const again = throttle(() => {
    if (isUnderWay) hasMoved = true;
    else void run();
  }, REFETCH_EVERY_MS);
  // What the key is made of may change without the key: only another key is another question.
  const keyText = createMemo(() => JSON.stringify(key()));
  createEffect(
    on(
      keyText,
      () => {
        setData(undefined);
        setError(undefined);
        setLoading(true);
        void run();
      },
    ),
  );
  const changed = createMemo(changes);
  createEffect(on(changed, () => again.call(), { defer: true }));
  onCleanup(() => {
    generation += 1;
    again.cancel();
  });
  return { data, error, loading, refetch: () => again.call() };
}
