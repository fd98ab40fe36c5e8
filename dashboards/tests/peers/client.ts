/**
 * A client over the types that anybody's tool makes of the API's document. It compiles only if the pages' own types,
 * which have names and closed sets of values besides, say nothing that the document does not say.
 */
import type { components, operations } from "./generated.ts";
import type { components as pages } from "../../web/src/api/types.ts";

type Views = components["schemas"];
type Shapes = pages["schemas"];

/** What the pages call otherwise than the document; all else is called alike, without "View". */
type Renamed = {
  EdgeTerms: "EdgeView";
  LineTerms: "TermsView";
  MarketPoint: "MarketSumsView";
  MarketPoints: "SumsView";
  OrderStep: "StepView";
  ReadingPoint: "PointView";
};
type ViewOf<Name extends string> = Name extends keyof Renamed ? Renamed[Name] : Name extends keyof Views ? Name : `${Name}View`;

/** `true` if the page's type has no field that the API's has not, and no value that the API's cannot have. */
type Reads<Page, View> = [keyof Page, Page] extends [keyof View, View] ? true : false;
/** The page's types of which that does not hold. A type without a view is a set of texts. */
type Faults = {
  [Name in keyof Shapes]: ViewOf<Name> extends keyof Views
    ? Reads<Shapes[Name], Views[ViewOf<Name>]> extends true
      ? never
      : Name
    : Shapes[Name] extends string
      ? never
      : Name;
}[keyof Shapes];
/** Does not compile of anything. */
type Nothing<Found extends never> = Found;

export type PagesReadWhatThereIs = Nothing<Faults>;

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
