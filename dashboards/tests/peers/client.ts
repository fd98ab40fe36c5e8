/**
 * A client over the types that are generated of the API's document. It compiles only if the document has what the
 * pages read: their types in `web/src/api` are written by hand.
 */
import type { components, operations } from "./generated.ts";
import type * as pages from "../../web/src/api/types.ts";

type Views = components["schemas"];

/** `true` if the page's type has no field that the API's has not, and no value that the API's cannot have. */
type Reads<Page, View> = [keyof Page, Page] extends [keyof View, View] ? true : false;
/** Does not compile of `false`. */
type Holds<Claim extends true> = Claim;

export type PagesReadWhatThereIs = [
  Holds<Reads<pages.Status, Views["StatusView"]>>,
  Holds<Reads<pages.Chain, Views["ChainView"]>>,
  Holds<Reads<pages.DevelopmentAccount, Views["DevelopmentAccountView"]>>,
  Holds<Reads<pages.Market, Views["MarketView"]>>,
  Holds<Reads<pages.Zone, Views["ZoneView"]>>,
  Holds<Reads<pages.Zone["pending"][number], Views["PendingView"]>>,
  Holds<Reads<pages.Slot, Views["SlotView"]>>,
  Holds<Reads<pages.ZoneSlot, Views["ZoneSlotView"]>>,
  Holds<Reads<pages.Slots, Views["SlotsView"]>>,
  Holds<Reads<pages.LineTerms, Views["TermsView"]>>,
  Holds<Reads<pages.MarketPoint, Views["MarketSumsView"]>>,
  Holds<Reads<pages.Gap, Views["Gap"]>>,
  Holds<Reads<pages.Account, Views["AccountView"]>>,
  Holds<Reads<pages.Account["sites"][number], Views["OwnSiteView"]>>,
  Holds<Reads<pages.Summary, Views["SummaryView"]>>,
  Holds<Reads<pages.Trade, Views["TradeView"]>>,
  Holds<Reads<pages.Site, Views["SiteView"]>>,
  Holds<Reads<pages.Device, Views["DeviceView"]>>,
  Holds<Reads<pages.Gateway, Views["GatewayView"]>>,
  Holds<Reads<pages.Order, Views["OrderView"]>>,
  Holds<Reads<pages.OrderStep, Views["StepView"]>>,
  Holds<Reads<pages.Readings, Views["ReadingsView"]>>,
  Holds<Reads<pages.ReadingPoint, Views["PointView"]>>,
];

/** What an operation answers if all is well. */
type Answer<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** The newest price of each zone, as somebody would write it. */
export function prices(slots: Answer<"markets_slots">): Map<number, number> {
  const newest = new Map<number, number>();
  for (const { zone, price_ueur_per_kwh: price } of slots.slots.flatMap((slot) => slot.zones)) {
    if (typeof price === "number" && !newest.has(zone)) newest.set(zone, price);
  }
  return newest;
}
