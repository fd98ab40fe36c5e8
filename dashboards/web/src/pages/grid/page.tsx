/** "Grid": the operator's page. What flows and what was settled is public; single readings and changes are not. */
import { type JSX, Show, createMemo, createSignal } from "solid-js";
import { api } from "../../api/client";
import type { Market, Zone } from "../../api/types";
import { Gate } from "../../components/gate";
import { Empty, Load } from "../../components/panel";
import { Picker } from "../../components/picker";
import { createAccount, readingsMoved, slotsMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { basisPoints, whole } from "../../units/format";
import type { PageProps } from "../page-props";
import { MarketHistory } from "../history";
import { EdgeDialog } from "./edge-dialog";
import { GapsPanel } from "./gaps-panel";
import { PointsPanel } from "./points-panel";
import { SettlementPanel } from "./settlement-panel";
import { SlotPicker } from "./slot-picker";
import { positionOf, termsIn } from "./slots";
import { flowIn } from "./tree";
import { ZonesPanel } from "./zones-panel";

/** How many slots the page looks back. */
const SLOTS = 60;

export default function GridPage(props: PageProps) {
  return (
    <Gate>
      <Markets {...props} />
    </Gate>
  );
}

function Markets(props: PageProps) {
  const account = createAccount();
  const markets = createQuery(
    () => true,
    () => api.markets(),
    () => account.data()?.address,
  );
  const [picked, setPicked] = createSignal<number>();
  const operates = () => account.data()?.operates ?? [];
  return (
    <Load query={markets}>
      {(of) => {
        const market = () =>
          of().find((candidate) => candidate.id === picked()) ??
          of().find((candidate) => operates().includes(candidate.id)) ??
          of()[0];
        return (
          <Show
            when={market()}
            fallback={
              <Empty>
                <h1>Grid</h1>
                <p>This chain has no market yet. The administration creates one and names its operator.</p>
              </Empty>
            }
          >
            {(chosen) => (
              <>
                <Head market={chosen()} isOperator={operates().includes(chosen().id)}>
                  <Show when={of().length > 1}>
                    <Picker label="Market" items={of()} picked={chosen().id} nameOf={(each) => `Market ${each.id}`} onPick={setPicked} />
                  </Show>
                </Head>
                <OfMarket market={chosen()} isOperator={operates().includes(chosen().id)} {...props} />
              </>
            )}
          </Show>
        );
      }}
    </Load>
  );
}

function Head(props: { market: Market; isOperator: boolean; children: JSX.Element }) {
  return (
    <div class="page-head">
      <div class="stack tight">
        <h1>Grid</h1>
        <p class="soft">
          Market {props.market.id}: {whole(props.market.sites)} sites in {whole(props.market.zones)} zones · protocol fee{" "}
          {basisPoints(props.market.protocol_fee_bp)}
          {props.isOperator ? " · you operate it" : ""}
        </p>
      </div>
      {props.children}
    </div>
  );
}

function OfMarket(props: PageProps & { market: Market; isOperator: boolean }) {
  const chain = () => props.status.chain;
  const id = () => props.market.id;
  const [edited, setEdited] = createSignal<Zone | null>(null);
  const [pickedSlot, pickSlot] = createSignal<number | null>(null);
  const newest = createQuery(id, (market) => api.slotsPage(market, { limit: SLOTS }), slotsMoved(id));
  const slots = { ...newest, data: () => newest.data()?.slots };
  const zones = createQuery(id, (market) => api.zones(market), slotsMoved(id));
  // What flowed is known once a slot is settled.
  const settled = () => (slots.data() ?? []).filter((slot) => slot.state !== "measured" && slot.state !== "cleared");
  const shown = () => settled()[positionOf(settled(), pickedSlot())];
  const termsOf = createMemo(() => termsIn(newest.data()?.terms ?? []));
  const flows = (zone: number) => settled().map((slot) => flowIn(slot, zone));
  const gaps = createQuery(
    () => (props.isOperator ? id() : undefined),
    (market) => {
      const now = Math.floor(Date.now() / 1000);
      return api.gaps(market, { from: now - SLOTS * chain().slot_seconds, to: now + 1 });
    },
    readingsMoved(id),
  );
  return (
    <>
      <ZonesPanel
        zones={zones}
        slots={slots.data() ?? []}
        shown={shown()}
        termsOf={termsOf()}
        picker={
          <Show when={settled().length > 0} fallback="nothing is settled yet">
            <SlotPicker slots={settled()} picked={pickedSlot()} pick={pickSlot} chain={chain()} />
          </Show>
        }
        chain={chain()}
        mayEdit={props.isOperator}
        edit={setEdited}
      />
      <MarketHistory market={id()} />
      <SettlementPanel slots={slots} market={id()} chain={chain()} mayExport={props.isOperator} />
      <Show when={props.isOperator}>
        <PointsPanel market={id()} zones={zones.data() ?? []} chain={chain()} />
      </Show>
      <GapsPanel gaps={gaps} isOperator={props.isOperator} chain={chain()} />
      <EdgeDialog zone={edited()} chain={chain()} flows={flows} onClose={() => setEdited(null)} />
    </>
  );
}
