/** One's own settlement data as CSV: of the period that is shown, or of any other range. */
import { createSignal } from "solid-js";
import { api } from "../api/client";
import { words } from "../api/problem";
import { Wrong } from "../components/panel";
import { asMyself } from "../session/session";
import { type Period, periodName } from "./period";
import { dayName, midnightOf, rangeError } from "./range";

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
      link.download = `deren-${dayName(from)}-${dayName(to - 1)}.csv`;
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
      <Wrong text={error()} />
    </div>
  );
}
