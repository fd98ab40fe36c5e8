/** One's own settlement data as CSV: of the period that is shown, or of any other range. */
import { Show, createSignal } from "solid-js";
import { api } from "../api/client";
import { words } from "../api/problem";
import { asMyself } from "../session/session";
import { type Period, periodName } from "./period";

/** The API answers a leap year at once. */
const MOST_DAYS = 366;
const DAY_S = 86_400;

/** A day as its field gives it, as the local midnight at which it begins; null for none. */
export function midnightOf(text: string, daysLater = 0): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return null;
  return Math.floor(new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + daysLater).getTime() / 1000);
}

/** What is wrong with a range; empty if nothing is. */
export function rangeError(from: number | null, to: number | null): string {
  if (from === null || to === null) return "Choose the first and the last day.";
  if (from >= to) return "The last day is before the first.";
  return to - from > MOST_DAYS * DAY_S + DAY_S / 2 ? `A file has at most ${MOST_DAYS} days.` : "";
}

export function Download(props: { market: number; period: Period }) {
  const [isBusy, setBusy] = createSignal(false);
  const [error, setError] = createSignal("");
  const [first, setFirst] = createSignal("");
  const [last, setLast] = createSignal("");
  const fetchFile = async (from: number, to: number) => {
    setBusy(true);
    setError("");
    try {
      const blob = await asMyself(() => api.settlement(props.market, { from, to }));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `deren-${day(from)}-${day(to - 1)}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failure) {
      setError(words(failure));
    } finally {
      setBusy(false);
    }
  };
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const [from, to] = [midnightOf(first()), midnightOf(last(), 1)];
    const wrong = rangeError(from, to);
    setError(wrong);
    if (wrong === "" && from !== null && to !== null) void fetchFile(from, to);
  };
  return (
    <div class="stack tight">
      <div class="row">
        <button class="button" type="button" disabled={isBusy()} onClick={() => void fetchFile(props.period.from, props.period.to)}>
          Download CSV
        </button>
        <span class="small soft">your settlement, {periodName(props.period)}</span>
      </div>
      <details>
        <summary>Another range</summary>
        <form class="row bottom" noValidate onSubmit={send}>
          <label class="field">
            <span>First day</span>
            <input class="input" type="date" onInput={(event) => setFirst(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>Last day</span>
            <input class="input" type="date" onInput={(event) => setLast(event.currentTarget.value)} />
          </label>
          <button class="button" type="submit" disabled={isBusy()}>
            Download this range
          </button>
        </form>
      </details>
      <Show when={error()}>
        <p class="problem" role="alert">
          {error()}
        </p>
      </Show>
    </div>
  );
}

/** A day's name in a file's name. */
const day = (unixS: number) => {
  const date = new Date(unixS * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
