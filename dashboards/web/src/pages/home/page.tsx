/** "My home": what an owner's site produces, uses, sells and earns, and what stands around that. */
import { createMemo } from "solid-js";
import { api } from "../../api/client";
import { EditableName } from "../../components/editable-name";
import { Gate } from "../../components/gate";
import { MoneyPanel } from "../../components/money-panel";
import { OrderPanel } from "../../components/order-panel";
import { type Own, OwnSite } from "../../components/own-site";
import { hasDevice, slotsMoved, siteMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { live } from "../../state/stream";
import { midnight } from "../../units/time";
import type { PageProps } from "../page-props";
import { HistoryPanel } from "../history";
import { settledUnixS } from "./chart-data";
import { ChartPanel } from "./chart-panel";
import { DevicesPanel } from "./devices-panel";
import { LinkPanel } from "./link-panel";
import { LastPanel } from "./last-panel";
import { TodayPanel } from "./today-panel";
import { Trouble } from "./trouble";
import { unsoldOf } from "./unsold";

/** Maximum number of slots that the chart of a day shows: a whole day of quarter-hours several times over. */
const CHART_SLOTS = 480;
/** A day of quarter-hours: of each is said why what it gave was not sold. */
const NEWEST_SLOTS = 96;

export default function HomePage(props: PageProps) {
  return (
    <Gate>
      <OwnSite
        status={props.status}
        choose={props.choose}
        invitation={
          <>
            <h1>See what your roof gives</h1>
            <p class="soft">What your home produces, uses, sells and earns, slot by slot, as your own meter signed it.</p>
          </>
        }
      >
        {(own) => <OfHome own={own()} {...props} />}
      </OwnSite>
    </Gate>
  );
}

function OfHome(props: PageProps & { own: Own }) {
  const chain = () => props.status.chain;
  const site = () => props.own.site.id;
  const market = () => props.own.site.market;
  const moved = siteMoved(site, market);
  const today = () => {
    const now = Math.floor(Date.now() / 1000);
    return { from: midnight(now), to: now + chain().slot_seconds };
  };
  const newest = () => {
    const { from, to } = today();
    return { from: Math.max(from, to - CHART_SLOTS * chain().slot_seconds), to };
  };
  const points = createQuery(site, (id) => api.readings(id, newest(), "slot"), moved);
  const hours = createQuery(site, (id) => api.readings(id, today(), "hour"), moved);
  const summary = createQuery(
    () => props.own.account.address,
    (address) => api.summary(address, today()),
    slotsMoved(market),
  );
  const slots = createQuery(market, (id) => api.slotsPage(id, { limit: NEWEST_SLOTS }), slotsMoved(market));
  const hasPanels = () => hasDevice(props.own.site, "production");
  const hasBattery = () => hasDevice(props.own.site, "storage");
  const unsold = createMemo(() => unsoldOf(points.data()?.points ?? [], slots.data(), props.own.site));
  return (
    <>
      <Trouble site={props.own.site} chain={chain()} points={points.data()?.points ?? []} />
      <div class="page-head">
        <EditableName name={props.own.name} what="home" mayEdit heading save={props.own.rename} />
      </div>
      <div class="columns wide-first">
        <LastPanel points={points} slots={slots} chain={chain()} unsold={unsold()} hasPanels={hasPanels()} hasBattery={hasBattery()} />
        <TodayPanel summary={summary} hours={hours} unsold={unsold()} />
      </div>
      <ChartPanel points={points} settledUnixS={settledUnixS(slots.data())} chain={chain()} hasPanels={hasPanels()} hasBattery={hasBattery()} />
      <HistoryPanel
        site={site()}
        market={market()}
        view={hasPanels() ? "owner" : "neighbour"}
        retailUeurPerKwh={summary.data()?.retail_ueur_per_kwh ?? props.status.retail_ueur_per_kwh}
      />
      <div class="columns even">
        <OrderPanel
          side="sell"
          site={props.own.site}
          siteName={props.own.name}
          account={props.own.account}
          chain={chain()}
          currentSlot={live().currentSlot ?? props.status.current_slot}
          retailUeurPerKwh={null}
        />
        <MoneyPanel account={props.own.account} chain={chain()} hasPanels={hasPanels()} />
      </div>
      <div class="columns even">
        <DevicesPanel site={props.own.site} chain={chain()} />
        <LinkPanel own={props.own} />
      </div>
    </>
  );
}
