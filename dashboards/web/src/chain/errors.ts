/** What the chain says when it refuses, in plain words and with what to do. */

const REFUSALS: Readonly<Record<string, string>> = {
  "Matching.UnknownSite": "The chain knows no active site with this number yet. A new site trades from the next slot on.",
  "Matching.NotSiteOwner": "The site belongs to another account: only its owner can trade for it.",
  "Matching.OrderInOtherMarket": "The site still has orders in another market. Cancel them and wait until they are settled.",
  "Matching.OrderOfFormerOwner": "The site still has an order of its former owner. It must be cancelled and settled first.",
  "Matching.NoSteps": "An order needs at least one price step.",
  "Matching.ZeroCap": "A price step has no amount. Give every step more than 0 kWh.",
  "Matching.StepsOutOfOrder": "The best price step comes first: prices fall from step to step in a buy order, and rise in a sell order.",
  "Matching.InsufficientFunds":
    "You have not enough free EUR. They must cover what this order can cost in four slots, and slots that are not settled yet. Lower the amount or the limit, or top up.",
  "Matching.TooManyOrders": "The market has reached its limit of orders.",
  "Matching.TooManyChanges": "The order was changed too often in slots that are not settled yet. Try again in a moment.",
  "Matching.NoOrder": "There is no such order any more.",
  "Matching.AlreadyCancelled": "The order is already cancelled.",
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
  "Registry.LinkExpired": "The link code has expired. Get a new one from the gateway.",
  "Registry.BadLinkCode": "The link code was made for another gateway, chain, owner or site. Get a new one from the gateway.",
  "Registry.WeakKey": "The gateway's key is not safe: anyone could sign with it. Make a new one.",
  "Registry.AlreadyLinked": "The gateway is linked to this site already.",
  "Registry.TooManySites": "The gateway has reached its limit of sites.",
  "Registry.GatewayInactive": "The gateway was stopped. Give it a new key first.",
  "Registry.UnknownPoint": "No grid operator approved this connection point. Copy what your operator gave you again.",
  "Registry.NotPointOwner": "Your grid operator approved this connection point for another account.",
  "Registry.PointTaken": "This connection point has a site already.",
  "Registry.SiteNotOffered": "This site is not offered to this account.",
  "Registry.SiteClosed": "This site is closed.",
  "Registry.SlotsNotSettled": "One of these devices was read in slots that are not settled yet. Try again in a moment.",
  "Registry.TooManyGateways": "The site has reached its limit of gateways.",
  "Registry.GatewayNotLinked": "The gateway is not linked to this site yet.",
  "Registry.DeviceAlreadyRegistered": "One of these devices is registered already. If it is at another site, remove it there first.",
  "Registry.RatedPowerAbovePoint": "A device's rated power is more than your connection point may take. Correct it on the gateway's page.",
  "Registry.RatedPowersAbovePoint": "The rated powers of your devices add up to more than your connection point may take. Correct them on the gateway's page.",
  "Registry.RegisterStepOutOfRange": "A device counts energy in larger steps than your grid operator approved. Ask them to approve its step.",
  "Registry.SourceNotApproved": "Your grid operator did not approve this kind of production at your connection point. Ask them to.",
  "Registry.ZeroRatedPower": "A device has no rated power. Set it on the gateway's page.",
  "Registry.TooManyDevicesAtSite": "The site has reached its limit of devices. One that was removed still counts until its slots are settled.",
  "Registry.TooManyDevicesOfGateway": "The gateway has reached its limit of devices.",
  "Registry.PointAlreadyApproved": "This connection point is approved already.",
  "Registry.PointApprovedElsewhere": "A point with this official id is approved already, here or in another market.",
  "Registry.TooManyPoints": "The market has reached its limit of connection points.",
  "Registry.MaxPowerOutOfRange": "The connection's power is 0, or more than the chain allows.",
  "Registry.MaxPowerAboveLine": "The zone's line carries less than this power: raise its limits first.",
  "Registry.UnknownZone": "The chain knows no such zone.",
  "Registry.NotOperator": "Only the market's operator may change its lines.",
  "Registry.FeeAboveCap": "The fee is above what the regulator allows in this market.",
  "Registry.RootHasNoEdge": "The market's topmost zone has no line above it, so no fee and no limits.",
  "Registry.TooManyChanges": "Too many changes are waiting for slots that are not settled yet. Try again after the next settlement.",
};

const INVALID: Readonly<Record<string, string>> = {
  Payment: "This account has not enough free EUR for the transaction's fee.",
  Stale: "This transaction was sent already, or another one of this account came before it. Try again.",
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
