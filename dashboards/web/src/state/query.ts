/** Data of the API that stays on the page while it is fetched again. */
import {
  type Accessor,
  createContext,
  createEffect,
  createMemo,
  createRoot,
  createSignal,
  on,
  onCleanup,
  useContext,
} from "solid-js";
import { keepSame } from "./same";
import { throttle } from "./throttle";

/** However often something changes, it is fetched again at most this often. */
const REFETCH_EVERY_MS = 1_500;

/**
 * How a page knows when all that it asked for has come. Called with 1 when a query asks for the first time, and with -1
 * when it has an answer or an error.
 */
export const Waiting = createContext<(change: 1 | -1) => void>(() => undefined);

/** Absent where tests run without a browser. */
const page = (globalThis as { document?: Document }).document;

/** Whether anybody looks at this tab. What nobody looks at asks for nothing, and takes no other tab's session. */
const [isShown, setShown] = createRoot(() => createSignal(page?.visibilityState !== "hidden"));
page?.addEventListener("visibilitychange", () => setShown(page.visibilityState !== "hidden"));

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
 * Fetches what `key` names whenever it changes (nothing while it is undefined), and again whenever `changes` moves. An
 * answer to an older key is dropped. While a request is under way no other is made with the same key. So an API that is
 * slower than its news still fills the page. What changed while nobody looked is fetched when somebody does.
 */
export function createQuery<K, T>(
  key: Accessor<K | undefined>,
  fetcher: (key: K) => Promise<T>,
  changes: Accessor<unknown> = () => undefined,
): Query<T> {
  const [data, setData] = createSignal<T>();
  const [error, setError] = createSignal<unknown>();
  const [loading, setLoading] = createSignal(true);
  // Answers of an older round than this are dropped; a new key begins a round.
  const now = { round: 0, isUnderWay: false, hasMoved: false, isMissed: false };
  const waits = useContext(Waiting);
  const first = { isAsked: false, isAnswered: false };
  const answered = () => {
    if (!first.isAsked || first.isAnswered) return;
    first.isAnswered = true;
    waits(-1);
  };
  const take = (round: number, keep: () => void) => {
    if (round !== now.round) return;
    keep();
    setLoading(false);
    answered();
    now.isUnderWay = false;
    if (now.hasMoved) again.call();
  };
  const run = async () => {
    const wanted = key();
    if (wanted === undefined) return;
    const round = now.round;
    if (!first.isAsked) waits(1);
    first.isAsked = true;
    now.isUnderWay = true;
    now.hasMoved = false;
    try {
      const answer = await fetcher(wanted);
      take(round, () => {
        setData((last) => keepSame(last, answer));
        setError(undefined);
      });
    } catch (failure) {
      take(round, () => setError(failure));
    }
  };
  const again = throttle(() => {
    if (!isShown()) now.isMissed = true;
    else if (now.isUnderWay) now.hasMoved = true;
    else void run();
  }, REFETCH_EVERY_MS);
  const begin = () => {
    now.round += 1;
    now.isUnderWay = false;
    setData(undefined);
    setError(undefined);
    setLoading(true);
    void run();
  };
  // What the key is made of may change without the key: only another key is another question.
  createEffect(on(createMemo(() => JSON.stringify(key())), begin));
  createEffect(on(createMemo(changes), () => again.call(), { defer: true }));
  createEffect(
    on(isShown, (shown) => {
      if (!shown || !now.isMissed) return;
      now.isMissed = false;
      again.call();
    }, { defer: true }),
  );
  onCleanup(() => {
    now.round += 1;
    answered();
    again.cancel();
  });
  return { data, error, loading, refetch: () => again.call() };
}
