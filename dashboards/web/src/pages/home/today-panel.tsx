/** Today in one number. */
import { Show } from "solid-js";
import type { Readings, Summary } from "../../api/types";
import { Figure, Load, Panel } from "../../components/panel";
import type { Query } from "../../state/query";
import { eur, kwh, ren } from "../../units/format";
import { totalsOf } from "./flow";
import { type Unsold, unsoldWords } from "./unsold";

export function TodayPanel(props: { summary: Query<Summary>; hours: Query<Readings>; unsold: Unsold[] }) {
  const why = () => unsoldWords(props.unsold);
  const totals = () => totalsOf(props.hours.data()?.points ?? []);
  return (
    <Panel title="Earned today">
      <Load query={props.summary}>
        {(summary) => (
          <>
            <p class="headline">{eur(summary().received_ueur)}</p>
            <dl class="figures">
              <Figure name="Produced" value={kwh(totals().producedWh, 1, 2)} />
              <Figure name="Used" value={kwh(totals().usedWh, 1, 2)} />
              <Figure name="Sold" value={kwh(summary().sold_wh, 1, 2)} />
              <Figure name="REN earned" value={ren(summary().minted_ren, 2)} />
              <Show when={summary().bought_wh > 0}>
                <Figure name="Bought" value={kwh(summary().bought_wh, 1, 2)} note={`for ${eur(summary().paid_ueur)}: ${eur(summary().received_ueur - summary().paid_ueur)} in all`} />
              </Show>
            </dl>
            <Show when={why()}>
              <p class="small soft" data-testid="unsold-today">
                {why()}
              </p>
            </Show>
            <p class="small soft">
              {summary().finalized ? "All of it is finalised." : "The newest slots are not finalised yet."}
            </p>
          </>
        )}
      </Load>
    </Panel>
  );
}
