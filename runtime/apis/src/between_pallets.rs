//! The traits through which pallets see each other, so that each can be tested with a small stand-in.

use alloc::vec::Vec;
use deren_market::{Network, rewards::FeeBase};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, ReadingError, SiteEnergy, SiteId, Slot, ZoneId,
};
use sp_runtime::{DispatchError, DispatchResult};
use sp_weights::Weight;

/// A site as it is in one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteView<AccountId> {
    /// The market of its zone.
    pub market: MarketId,
    /// Its zone.
    pub zone: ZoneId,
    /// Who trades for it.
    pub owner: AccountId,
}

/// A device as it is in one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceView {
    /// The site that it measures.
    pub site: SiteId,
    /// The market of the site's zone.
    pub market: MarketId,
    /// What it measures there.
    pub role: DeviceRole,
    /// More than this, and a tenth, it cannot have measured.
    pub rated_power_w: u32,
    /// The smallest step of its registers.
    pub register_step_mwh: u32,
    /// The first slot in which it serves.
    pub from: Slot,
    /// False in slots before it was registered: it continues its chain of readings then, and trades nothing.
    pub in_service: bool,
}

/// What holds for all trades of a market in one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketTerms {
    /// The buyer's fee, in 1/10 000 of the price.
    pub protocol_fee_bp: u16,
}

/// What others read of the registry. Every answer is for one slot: what was so at the slot's first block.
pub trait MarketRegistry<AccountId> {
    /// All markets, in order of their ids.
    fn markets() -> Vec<MarketId>;
    /// The market's zones as a tree, with the fees and capacities of that slot.
    fn network(market: MarketId, slot: Slot) -> Option<Network>;
    /// How many zones the market has now, for weights.
    fn zones(market: MarketId) -> u32;
    /// The terms of that slot.
    fn terms(market: MarketId, slot: Slot) -> Option<MarketTerms>;
    /// Who receives the network fee of the edge from this zone to its parent.
    fn operator(zone: ZoneId) -> Option<AccountId>;
    /// The site as it was in that slot; `None` if unknown or inactive then.
    fn site(site: SiteId, slot: Slot) -> Option<SiteView<AccountId>>;
    /// The site's devices in that slot, each with its role; at most 16.
    fn devices(site: SiteId, slot: Slot) -> Vec<(DeviceId, DeviceRole)>;
    /// The key and key epoch with which this gateway signs now.
    fn gateway_key(gateway: GatewayId) -> Result<(PublicKey, u32), ReadingError>;
    /// The device as it was in that slot, if this gateway reads it. Unknown, inactive or another gateway's: the error
    /// says which.
    fn device(gateway: GatewayId, device: DeviceId, slot: Slot) -> Result<DeviceView, ReadingError>;
}

/// What metering asks of the registry when it has proof against a gateway.
pub trait GatewayControl {
    /// Its key is proven to have signed two truths: it may submit again only with a new key from its owner. What its
    /// keys signed until now is answered for.
    fn deactivate(gateway: GatewayId);
    /// The key with which it signs, or signed, in this epoch. `None` if it never did, that is long ago, or it has
    /// answered for that epoch.
    fn key_of_epoch(gateway: GatewayId, key_epoch: u32) -> Option<PublicKey>;
}

/// Lets metering's benchmarks fill the real registry; implemented only in a runtime built for benchmarks.
pub trait BenchmarkRegistry {
    /// Registers an active gateway, named by its key, and `devices[n]` as the production device of site `n`, in service
    /// from `from` on. Returns the sites' market.
    fn fill(gateway: GatewayId, devices: &[DeviceId], from: Slot) -> MarketId;
}

/// What others read of metering.
pub trait Metering {
    /// The slot in which the chain's time lies now.
    fn current_slot() -> Slot;
    /// The newest closed slot: readings for it, or for earlier ones, trade no more.
    fn closed_through() -> Slot;
    /// What the site can trade in a closed slot; `None` where no accepted, unflagged reading of its grid meter shows
    /// anything.
    fn site_energy(site: SiteId, slot: Slot) -> Option<SiteEnergy>;
    /// Accepted readings of the market's devices that cover the slot.
    fn readings(market: MarketId, slot: Slot) -> u32;
    /// Matching has no more use for this slot's readings in this market.
    fn forget(market: MarketId, slot: Slot);
}

/// Told by matching, as money moves, what was paid for whose energy.
pub trait ProductionRewards<AccountId> {
    /// The buyers of this slot paid this protocol fee in all. Called at most once a market and slot, before any fee
    /// base.
    fn protocol_fee_paid(market: MarketId, slot: Slot, fee_ueur: u128);
    /// A site's owner produced and sold energy to others, who paid this much of the slot's protocol fee for it. Called
    /// at most once a site and slot.
    fn sold_to_others(market: MarketId, slot: Slot, base: FeeBase<AccountId>);
    /// All slots of the era are settled in this market. Of the fees that its buyers paid, `rebates_ueur` come back to
    /// them.
    fn era_closed(market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128);
}

/// Told by matching: how far each market has come. One that stands still holds no other up.
pub trait SettlementProgress {
    /// All of the market's slots up to this one are settled.
    fn settled_through(market: MarketId) -> Slot;
}

/// Told by the registry when a site changes hands or closes.
pub trait SiteOrders {
    /// The site's orders end with the slot that runs now; what began before is still settled. What cannot end now
    /// trades nothing all the same, and whoever placed it can cancel it.
    fn end(site: SiteId);

    /// What that weighs at most.
    fn end_weight() -> Weight;
}

impl SiteOrders for () {
    fn end(_: SiteId) {}

    fn end_weight() -> Weight {
        Weight::zero()
    }
}

/// How many purses a page has read and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// All of them, each counted once.
    pub purses: u32,
    /// Those that opened with it.
    pub opened: u32,
}

/// Purses while money moves between them, in µ€. Each is read once and written once, however often it is touched.
pub trait PursePage<AccountId>: Sized {
    /// Pays out of what is free, as far as that goes. Gives what is missing, which must come out of what is on hold. Of
    /// a frozen purse all must.
    fn pay(&mut self, who: &AccountId, ueur: u128) -> Result<u128, DispatchError>;
    /// Pays out of what is on hold.
    fn pay_held(&mut self, who: &AccountId, ueur: u128) -> DispatchResult;
    /// Brings what payers have paid, and nobody received yet, to this purse.
    fn receive(&mut self, who: &AccountId, ueur: u128) -> DispatchResult;
    /// Puts on hold what is free; what is missing comes out of the account's EUR. Fails, and changes nothing, if that
    /// has too few or the purse is frozen.
    fn hold(&mut self, who: &AccountId, ueur: u128) -> DispatchResult;
    /// Makes free what is on hold.
    fn release(&mut self, who: &AccountId, ueur: u128) -> DispatchResult;
    /// Adds a protocol fee to what the purse notes of a market's era. False if it notes nothing of that yet.
    fn add_to_fee(&mut self, who: &AccountId, of: (MarketId, u32), ueur: u128) -> bool;
    /// Notes the first protocol fee of a market's era. False if the purse has no room for one more.
    fn begin_fee(&mut self, who: &AccountId, of: (MarketId, u32), ueur: u128) -> bool;
    /// Takes away what is noted of a market's era, in µ€; it is no money.
    fn take_fee(&mut self, who: &AccountId, of: (MarketId, u32)) -> u128;
    /// Writes the purses. A page that is dropped instead has changed none.
    fn close(self) -> Result<Touched, DispatchError>;
}

/// Accounts' money while it trades, all of it in one account without a key. So no payment between purses can fail.
pub trait Purses<AccountId> {
    /// Purses that are open.
    type Page: PursePage<AccountId>;

    /// A page in which no purse is open yet.
    fn page() -> Self::Page;
    /// What is free in a purse, in µ€.
    fn free_ueur(who: &AccountId) -> u128;
    /// What is on hold in a purse, in µ€.
    fn held_ueur(who: &AccountId) -> u128;
    /// What a purse notes of the protocol fees that its account paid in a market's era, in µ€.
    fn noted_fee_ueur(who: &AccountId, of: (MarketId, u32)) -> u128;
    /// What payers have paid and nobody received yet, in µ€.
    fn in_transit_ueur() -> u128;
    /// Makes EUR of all that is free in a purse; what cannot move now stays in it. For accounts without a key, which
    /// cannot draw.
    fn deliver(who: &AccountId);
}
