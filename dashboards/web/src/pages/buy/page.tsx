/** "Buy": what energy costs on the neighbour's feeder, their buy order, and what came of it. */
import { Show, createSignal } from "solid-js";
import { api } from "../../api/client";
import type { Zone } from "../../api/types";
import { EditableName } from "../../components/editable-name";
import { Gate } from "../../components/gate";
import { MoneyPanel } from "../../components/money-panel";
import { OrderPanel } from "../../components/order-panel";
import { type Own, OwnSite } from "../../components/own-site";
import { Picker } from "../../components/picker";
import { address } from "../../session/session";
import { zoneName } from "../../state/names";
import { hasDevice, siteMoved, slotsMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { live } from "../../state/stream";
import { midnight } from "../../units/time";
import type { PageProps } from "../page-props";
import { HistoryPanel } from "../history";
import { PricePanel } from "./price-panel";
import { SavedPanel } from "./saved-panel";
import { SlotsPanel } from "./slots-panel";

/** How many slots the table has. */
const ROWS = 40;

export default function BuyPage(props: PageProps) {
  return (
    <Gate>
      <OwnSite
        status={props.status}
        choose={props.choose}
        invitation={
          <>
            <h1>Buy from your neighbours</h1>
            <p class="soft">Say what you would pay for solar energy from your street. Each slot is an auction; you never pay more than your limit.</p>
          </>
        }
      >
        {(own) => <OfNeighbour own={own()} {...props} />}
      </OwnSite>
      <Show when={!address()}>
        <PublicPrices {...props} />
      </Show>
    </Gate>
  );
}

function OfNeighbour(props: PageProps & { own: Own }) {
  const chain = () => props.status.chain;
  const site = () => props.own.site.id;
  const market = () => props.own.site.market;
  const moved = siteMoved(site, market);
  const window = (slots: number) => {
    const now = Math.floor(Date.now() / 1000);
    return { from: now - slots * chain().slot_seconds, to: now + chain().slot_seconds };
  };
  const today = () => ({ ...window(1), from: midnight(Math.floor(Date.now() / 1000)) });
  const zones = createQuery(market, (id) => api.zones(id), slotsMoved(market));
  const own = () => props.own.account.address;
  const summary = createQuery(own, (of) => api.summary(of, today()), slotsMoved(market));
  const trades = createQuery(own, (of) => api.trades(of, { ...window(2 * ROWS), limit: 2 * ROWS }), slotsMoved(market));
  const slots = createQuery(market, (id) => api.slots(id, { limit: ROWS }), slotsMoved(market));
  const points = createQuery(site, (id) => api.readings(id, window(2 * ROWS), "slot"), moved);
  const zone = () => zones.data()?.find((candidate) => candidate.id === props.own.site.zone);
  const retail = () => summary.data()?.retail_ueur_per_kwh ?? props.status.retail_ueur_per_kwh;
  return (
    <>
      <div class="page-head">
        <h1>Buy from your neighbours</h1>
        <EditableName name={props.own.name} what="home" mayEdit save={props.own.rename} />
      </div>
      <div class="columns wide-first">
        <div class="stack wide-gap">
          <OrderPanel
            side="buy"
            site={props.own.site}
            siteName={props.own.name}
            account={props.own.account}
            chain={chain()}
            currentSlot={live().currentSlot ?? props.status.current_slot}
            retailUeurPerKwh={retail()}
          />
          <PricePanel
            market={market()}
            zone={props.own.site.zone}
            zoneName={nameOf(zone(), props.own.site.zone)}
            retailUeurPerKwh={retail()}
            chain={chain()}
          />
        </div>
        <div class="stack wide-gap">
          <SavedPanel summary={summary} address={own()} />
          <MoneyPanel account={props.own.account} chain={chain()} hasPanels={hasDevice(props.own.site, "production")} />
        </div>
      </div>
      <HistoryPanel site={site()} market={market()} view="neighbour" retailUeurPerKwh={retail()} />
      <SlotsPanel slots={slots} trades={trades} points={points} site={props.own.site} retailUeurPerKwh={retail()} chain={chain()} />
    </>
  );
}

const nameOf = (zone: Zone | undefined, id: number) => (zone ? zoneName(zone) : `feeder ${id}`);

/** Prices are public: a visitor sees them before any login. */
function PublicPrices(props: PageProps) {
  const markets = createQuery(
    () => true,
    () => api.markets(),
  );
  const market = () => markets.data()?.[0]?.id;
  const zones = createQuery(market, (id) => api.zones(id));
  const feeders = () => (zones.data() ?? []).filter((zone) => zone.sites > 0 || zone.parent !== null);
  const [picked, setPicked] = createSignal<number>();
  const zone = () => feeders().find((candidate) => candidate.id === picked()) ?? feeders()[0];
  return (
    <Show when={zone()}>
      {(of) => (
        <>
          <Picker label="Feeder" items={feeders()} picked={of().id} nameOf={zoneName} onPick={setPicked} />
          <PricePanel
            market={market() ?? 0}
            zone={of().id}
            zoneName={zoneName(of())}
            retailUeurPerKwh={props.status.retail_ueur_per_kwh}
            chain={props.status.chain}
          />
        </>
      )}
    </Show>
  );
}
