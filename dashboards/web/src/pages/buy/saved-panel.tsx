/** What was bought, paid and saved today, against the visitor's own retail tariff. */
import { Show, createSignal } from "solid-js";
import { api } from "../../api/client";
import { words } from "../../api/problem";
import type { Summary } from "../../api/types";
import { NumberField } from "../../components/order-form";
import { Figure, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { exact, parseDecimal, typed } from "../../units/decimal";
import { ct, eur, kwh } from "../../units/format";

/** Ten euros a kWh: nobody's tariff. */
const MOST_UEUR_PER_KWH = 10_000_000n;

export function SavedPanel(props: { summary: Query<Summary>; address: string }) {
  return (
    <Panel title="Saved today">
      <Load query={props.summary}>
        {(summary) => (
          <>
            <p class="headline">{eur(summary().saved_ueur)}</p>
            <dl class="figures">
              <Figure name="Bought" value={kwh(summary().bought_wh, 1, 2)} />
              <Figure name="Paid" value={eur(summary().paid_ueur)} />
              <Figure name="At retail" value={eur(summary().retail_ueur)} />
            </dl>
            <p class="small soft">
              {summary().finalized ? "All of it is finalised." : "The newest slots are not finalised yet."}
            </p>
            <Tariff summary={summary()} address={props.address} saved={() => props.summary.refetch()} />
          </>
        )}
      </Load>
    </Panel>
  );
}

function Tariff(props: { summary: Summary; address: string; saved: () => void }) {
  const [text, setText] = createSignal<string>();
  const [error, setError] = createSignal("");
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const parsed = parseDecimal(text() ?? "", 4, "tariff", MOST_UEUR_PER_KWH);
    setError(parsed.ok ? "" : parsed.error);
    if (!parsed.ok) return;
    try {
      await api.setRetailTariff(props.address, Number(parsed.value));
      setText(undefined);
      props.saved();
    } catch (failure) {
      setError(words(failure));
    }
  };
  return (
    <Show
      when={text() !== undefined}
      fallback={
        <p class="row small">
          Your retail tariff: {ct(props.summary.retail_ueur_per_kwh)}
          <button
            class="button quiet small"
            type="button"
            onClick={() => setText(typed(exact(props.summary.retail_ueur_per_kwh), 4))}
          >
            Change tariff
          </button>
        </p>
      }
    >
      <form class="row bottom" noValidate onSubmit={(event) => void save(event)}>
        <NumberField label="Your retail tariff" unit="ct/kWh" value={text() ?? ""} error={error()} onInput={setText} />
        <button class="button primary small" type="submit">
          Save
        </button>
        <button class="button small" type="button" onClick={() => setText(undefined)}>
          Leave
        </button>
      </form>
    </Show>
  );
}
