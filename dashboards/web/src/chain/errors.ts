/** What the chain says when it refuses, in plain words and with what to do. */

const REFUSALS: Readonly<Record<string, string>> = {
  "Matching.UnknownSite": "The chain knows no active site with this number yet. A new site trades from the next slot on.",
  "Matching.NotSiteOwner": "The site belongs to another account: only its owner can trade for it.",
  "Matching.OrderInOtherMarket": "The site still has orders in another market. Cancel them and wait until they are settled.",
  "Matching.OrderOfFormerOwner": "The site still has an order of its former owner, which must be cancelled and settled first.",
  "Matching.NoSteps": "An order needs at least one price step.",
  "Matching.ZeroCap": "A price step is for nothing: give every step an amount above 0 kWh.",
  "Matching.StepsOutOfOrder": "Price steps go best first: buy limits fall, sell limits rise.",
  "Matching.InsufficientFunds":
    "You have not enough free EUR for what this order can cost in four slots, and for slots that are not settled yet. Lower the amount or the limit, or top up.",
  "Matching.TooManyOrders": "The market has as many orders as it may have.",
  "Matching.TooManyChanges": "The order was changed too often in slots that are not settled yet. Try again in a moment.",
  "Matching.NoOrder": "There is no such order any more.",
  "Matching.AlreadyCancelled": "The order is cancelled already.",
  "Matching.NotPaused": "The order is not paused.",
  "Purse.NothingToMove": "An amount of 0 moves nothing: name one above it.",
  "Purse.NotFree": "Your purse has not as much free: what is on hold for orders, or deposited, cannot be drawn.",
  "Purse.TooFewEuros": "There are not as many free EUR outside your purse. Top up first.",
  "Purse.Frozen": "Your purse is frozen, as a court may order: nothing can be drawn, held or deposited until it is thawed.",
  "Purse.NoPurse": "The account has neither EUR nor a purse.",
  "Purse.InternalFault": "The chain's books of purses do not match. Nothing was changed; please report it.",
  "Registry.UnknownSite": "The chain knows no such site.",
  "Registry.NotSiteOwner": "The site belongs to another account.",
  "Registry.SiteSuspended": "The grid operator suspended this site.",
  "Registry.LinkExpired": "The link code has expired. Print a new one.",
  "Registry.BadLinkCode": "The link code is not this gateway's for this chain, owner and site. Print it again.",
  "Registry.WeakKey": "The gateway's key is one under which anyone could sign. Make a new one.",
  "Registry.AlreadyLinked": "The gateway is linked to this site already.",
  "Registry.TooManySites": "The gateway is linked to as many sites as it may be.",
  "Registry.GatewayInactive": "The gateway was stopped. Give it a new key first.",
  "Registry.UnknownPoint": "No grid operator approved this connection point. Copy what your operator gave you again.",
  "Registry.NotPointOwner": "Your operator approved this connection point for another account.",
  "Registry.PointTaken": "This connection point has a site already.",
  "Registry.SiteNotOffered": "This site is not offered to this account.",
  "Registry.SiteClosed": "This site is closed.",
  "Registry.SlotsNotSettled": "A device of these served in slots that are not settled yet. Try again in a moment.",
  "Registry.TooManyGateways": "The site is linked to as many gateways as it may be.",
  "Registry.GatewayNotLinked": "The gateway is not linked to this site yet.",
  "Registry.DeviceAlreadyRegistered": "A device of these is registered already. If it stands at another site, remove it there first.",
  "Registry.RatedPowerAbovePoint": "A device is set to more power than your connection point may take. Correct it on the gateway's page.",
  "Registry.RatedPowersAbovePoint": "Your devices together are set to more power than your connection point may take. Correct it on the gateway's page.",
  "Registry.RegisterStepOutOfRange": "A device's registers move in steps larger than your operator approved. Ask your grid operator.",
  "Registry.SourceNotApproved": "Your operator did not approve this kind of production at your connection point. Ask them.",
  "Registry.ZeroRatedPower": "A device has no rated power. Set it on the gateway's page.",
  "Registry.TooManyDevicesAtSite": "The site has as many devices as it may have. One that was removed counts until its slots are settled.",
  "Registry.TooManyDevicesOfGateway": "The gateway reads as many devices as it may.",
  "Registry.PointAlreadyApproved": "This connection point is approved already.",
  "Registry.PointApprovedElsewhere": "A point with this official id is approved already, here or in another market.",
  "Registry.TooManyPoints": "The market has as many connection points as it may have.",
  "Registry.MaxPowerOutOfRange": "The connection's power is 0, or more than the chain allows.",
  "Registry.MaxPowerAboveLine": "The zone's line carries less than this power: raise its limits first.",
  "Registry.UnknownZone": "The chain knows no such zone.",
  "Registry.NotOperator": "Only the market's operator may change its lines.",
  "Registry.FeeAboveCap": "The fee is above what the regulator allows in this market.",
  "Registry.RootHasNoEdge": "The root of the tree has no line above it.",
  "Registry.TooManyChanges": "As many changes wait for slots that are not settled as are kept. Try again after the next settlement.",
};

const INVALID: Readonly<Record<string, string>> = {
  Payment: "This account has not enough free EUR for the transaction's fee.",
  Stale: "This transaction was sent before, or another of this account came first. Try again.",
  Future: "An earlier transaction of this account is missing. Try again in a moment.",
  BadProof: "The chain does not accept this signature.",
  AncientBirthBlock: "The transaction waited too long. Sign it again.",
  ExhaustsResources: "The block is full. Try again in a moment.",
};

type Node = { type: string; value: unknown };

function nodeOf(value: unknown): Node | null {
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return null;
  return { type: value.type, value: "value" in value ? value.value : undefined };
}

/** The names along a nested enum: `{type: "Module", value: {type: "Matching", …}}` is ["Module", "Matching", …]. */
function path(error: unknown): string[] {
  const names: string[] = [];
  let node = nodeOf(error);
  // Enums of the chain nest a few deep; the bound is against anything else.
  while (node && names.length < 8) {
    names.push(node.type);
    node = nodeOf(node.value);
  }
  return names;
}

/** Why a call that is in a block did nothing. */
export function refusalWords(dispatchError: unknown): string {
  const names = path(dispatchError);
  const name = names[0] === "Module" ? names.slice(1).join(".") : names.join(".");
  if (names[0] === "Token") return "There is not enough money on the account.";
  if (names[0] === "BadOrigin") return "This account may not do that.";
  return REFUSALS[name] ?? `The chain refused: ${name === "" ? "it does not say why" : name}.`;
}

/** Why a transaction never came into a block. */
export function invalidWords(error: unknown): string {
  const names = path(error);
  const known = names.map((name) => INVALID[name]).find((words) => words !== undefined);
  return known ?? `The chain does not take this transaction: ${names.join(", ")}.`;
}
