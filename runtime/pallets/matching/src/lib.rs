#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod types;
pub mod weights;

mod clearing;
mod community_pot;
mod input;
mod invariants;
mod orders;
mod progress;
mod rebates;
mod settling;
mod voiding;
mod work;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;

pub use community_pot::SubAccounts;
pub use pallet::*;
pub use types::{ClearingInput, PriceStep, Steps, VoidCause};
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::{Entry, EraFees as Fees, MarketProgress, Order, OrderKey, Rebating, Steps, VoidCause};
    use super::weights::WeightInfo;
    use crate::work::Work;
    use deren_primitives::{MarketId, OrderStepId, Side, SiteId, Slot, SlotSummary, ZoneId};
    use deren_runtime_apis::{MarketRegistry, Metering, ProductionRewards, Purses, SettlementProgress};
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::Convert;

    /// Version 2: money is in purses, and no longer in named holds and pots. No chain has an older state to bring
    /// along: each begins with a genesis of its own.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    /// Orders, clearing and settlement.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Where traders' money is.
        type Purses: Purses<Self::AccountId>;
        /// Markets, zones and sites.
        type Registry: MarketRegistry<Self::AccountId>;
        /// Closed slots and their energies.
        type Metering: Metering;
        /// Is told what producers sold.
        type Rewards: ProductionRewards<Self::AccountId>;
        /// In whose purse a market's congestion rent and dust are; see [`crate::SubAccounts`].
        type CommunityPot: Convert<MarketId, Self::AccountId>;
        /// Who receives the protocol fee, in EUR.
        type Treasury: Get<Self::AccountId>;
        /// How many slots an era has; 0 is taken as 1. Rent and dust come back once an era.
        type SlotsPerEra: Get<u32>;
        /// Voids a slot at once.
        type UrgentOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// For how many slots a buy order holds money. A market may lag by as many before an order is paused in slots
        /// that have begun, because its owner moved money away meanwhile.
        #[pallet::constant]
        type HoldSlots: Get<u32>;
        /// How many orders a market has at most.
        #[pallet::constant]
        type MaxOrders: Get<u32>;
        /// How many zones the registry lets a market have at most.
        #[pallet::constant]
        type MaxZones: Get<u32>;
        /// How many entries one page of settlement has at most.
        #[pallet::constant]
        type PageSize: Get<u32>;
        /// For how many slots after its settlement a slot's sums are kept.
        #[pallet::constant]
        type KeepSlots: Get<u32>;
        /// How many slots without readings a market passes over in one block at most.
        #[pallet::constant]
        type MaxSkippedSlots: Get<u32>;
        /// What all stages of one block may weigh together.
        #[pallet::constant]
        type BlockBudget: Get<Weight>;
        /// What calls and stages weigh.
        type WeightInfo: WeightInfo;
        /// Sets up what benchmarks need of the registry and of metering.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// The orders of each market.
    #[pallet::storage]
    pub type Orders<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, OrderKey, Order<T::AccountId>, OptionQuery>;

    /// How many orders each market has; at most `MaxOrders`.
    #[pallet::storage]
    pub type OrderCount<T: Config> = StorageMap<_, Twox64Concat, MarketId, u32, ValueQuery>;

    /// In which market a site's orders are, for as long as it has any.
    #[pallet::storage]
    pub type MarketOfSite<T: Config> = StorageMap<_, Twox64Concat, SiteId, MarketId, OptionQuery>;

    /// Orders that are looked at when the slot before is settled. A version of them begins in a slot, so that what came
    /// before goes. Or they paid out of their hold, so that it is taken again. An order is in it at most once for each
    /// of its versions, and once for the slot that comes next.
    #[pallet::storage]
    pub type Due<T: Config> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MarketId>, NMapKey<Twox64Concat, Slot>, NMapKey<Twox64Concat, OrderKey>),
        (),
        OptionQuery,
    >;

    /// How far each market has come.
    #[pallet::storage]
    pub type Progress<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketProgress, OptionQuery>;

    /// What is left to settle of each market's cleared slot, page by page. A page goes with what it did.
    #[pallet::storage]
    pub type Pages<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        MarketId,
        Twox64Concat,
        u32,
        BoundedVec<Entry<T::AccountId>, T::PageSize>,
        OptionQuery,
    >;

    /// The sums of each market's slots, for `KeepSlots` slots.
    #[pallet::storage]
    pub type Summaries<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, Slot, SlotSummary, OptionQuery>;

    /// Who paid protocol fees in a market's era, until some of them came back. What each paid is noted in its purse.
    /// What that had no room for is here, in µ€. At most `MaxOrders` a market's era.
    #[pallet::storage]
    pub type FeesPaid<T: Config> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MarketId>, NMapKey<Twox64Concat, u32>, NMapKey<Blake2_128Concat, T::AccountId>),
        u128,
        OptionQuery,
    >;

    /// The sums of what buyers paid in each market's era that is not over.
    #[pallet::storage]
    pub type EraFees<T: Config> = StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, u32, Fees, ValueQuery>;

    /// Markets' eras that are over, and of whose fees some are still to come back.
    #[pallet::storage]
    pub type Rebates<T: Config> = StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, u32, Rebating, OptionQuery>;

    /// The market's era whose buyers had the last page of what comes back: the next one comes after it.
    #[pallet::storage]
    pub type RebateTurn<T: Config> = StorageValue<_, (MarketId, u32), OptionQuery>;

    /// What an indexer needs to rebuild every order, clearing input and payment.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// A site has an order on this side now, from a slot on.
        OrderPlaced {
            market: MarketId,
            site: SiteId,
            side: Side,
            owner: T::AccountId,
            from_slot: Slot,
            steps: Steps,
            held_ueur: u128,
        },
        /// The order has other steps from a slot on. If it was paused, it trades again.
        OrderChanged {
            market: MarketId,
            site: SiteId,
            side: Side,
            owner: T::AccountId,
            from_slot: Slot,
            steps: Steps,
            held_ueur: u128,
        },
        /// The order takes part in no clearing from a slot on, by its owner's wish.
        OrderCancelled { market: MarketId, site: SiteId, side: Side, owner: T::AccountId, from_slot: Slot },
        /// The order takes part in no clearing from a slot on, because its hold could not be taken again. Later
        /// versions of it are void.
        OrderPaused {
            market: MarketId,
            site: SiteId,
            side: Side,
            owner: T::AccountId,
            from_slot: Slot,
            missing_ueur: u128,
        },
        /// The paused order trades again from a slot on.
        OrderResumed {
            market: MarketId,
            site: SiteId,
            side: Side,
            owner: T::AccountId,
            from_slot: Slot,
            steps: Steps,
            held_ueur: u128,
        },
        /// Nothing of the order is left: its last slot is settled.
        OrderRemoved { market: MarketId, site: SiteId, side: Side, owner: T::AccountId },
        /// Prices and fills of a slot are known. The hashes are blake2_256 of the SCALE bytes of what
        /// `clearing_input` and the clearing gave.
        SlotCleared {
            market: MarketId,
            slot: Slot,
            volume_wh: u64,
            welfare_neur: i128,
            steps: u32,
            fills: u32,
            input_hash: [u8; 32],
            outcome_hash: [u8; 32],
        },
        /// A zone's price and what its whole subtree exports. Zones with neither are left out.
        ZoneCleared { market: MarketId, slot: Slot, zone: ZoneId, price_ueur_per_kwh: Option<i64>, net_export_wh: i64 },
        /// The clearing of a slot could not be proved right, so nothing of it is traded.
        ClearingVoided { market: MarketId, slot: Slot, reason: VoidReason },
        /// The money of one fill moved: `amount_ueur` is what the buyer paid in all, or what the seller received.
        FillSettled {
            market: MarketId,
            slot: Slot,
            step: OrderStepId,
            owner: T::AccountId,
            zone: ZoneId,
            quantity_wh: u32,
            price_ueur_per_kwh: i64,
            amount_ueur: u128,
        },
        /// A zone's operator received the fee of the edge above the zone.
        NetworkFeePaid { market: MarketId, slot: Slot, zone: ZoneId, operator: T::AccountId, amount_ueur: u128 },
        /// The community pot received congestion rent and dust.
        CommunityPaid { market: MarketId, slot: Slot, pot: T::AccountId, congestion_rent_ueur: u128, dust_ueur: u128 },
        /// The treasury received the protocol fee.
        ProtocolFeePaid { market: MarketId, slot: Slot, treasury: T::AccountId, amount_ueur: u128 },
        /// All money of a slot has moved.
        SlotSettled { market: MarketId, slot: Slot, summary: SlotSummary },
        /// There was no reading of the slot in this market.
        SlotEmpty { market: MarketId, slot: Slot },
        /// A page could not be settled, which only a fault in the programs can do. Nothing of it moved, and it is tried
        /// again in each block.
        SettlementHalted { market: MarketId, slot: Slot, error: DispatchError },
        /// An era is over in this market: out of congestion rent and dust, this much comes back of its buyers' protocol
        /// fees.
        RebateBegun { market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128, buyers: u32 },
        /// A buyer received `amount_ueur` of the protocol fee that it paid in an era.
        Rebated { market: MarketId, era: u32, account: T::AccountId, fee_ueur: u128, amount_ueur: u128 },
        /// All buyers of an era have what comes back to them. What rounding left stays in the community pot.
        RebatePaid { market: MarketId, era: u32, amount_ueur: u128, buyers: u32 },
        /// A page of what comes back could not be paid, which only a fault in the programs can do. Nothing of it was,
        /// and it is tried again.
        RebateHalted { market: MarketId, era: u32, error: DispatchError },
        /// Nothing of the slot is traded after all: nobody pays or is paid.
        SlotVoided { market: MarketId, slot: Slot, cause: VoidCause },
    }

    /// Why a clearing was voided. None of these can happen unless there is a fault in the programs.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
    pub enum VoidReason {
        /// The clearing refused its input.
        NotCleared,
        /// The outcome does not stand the one-pass check.
        NotVerified,
        /// The amounts do not add up, or are more than is on hold.
        NotSettleable,
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// No active site has this number from the next slot on: register it first.
        UnknownSite,
        /// The site belongs to another account: only its owner can trade for it.
        NotSiteOwner,
        /// The site still has orders in another market: cancel them, and wait until they are settled.
        OrderInOtherMarket,
        /// The site still has an order of its former owner: it must be cancelled, and settled, first.
        OrderOfFormerOwner,
        /// An order needs at least one price step.
        NoSteps,
        /// A price step is for nothing: give every step a cap above 0 Wh.
        ZeroCap,
        /// Price steps go best first, each strictly worse than the one before: buy limits fall, sell limits rise.
        StepsOutOfOrder,
        /// The owner's purse and free EUR are less than the order can cost in the slots for which it holds money.
        InsufficientFunds,
        /// The market has as many orders as it may have.
        TooManyOrders,
        /// The order was changed in too many slots that are not settled yet: try again when one is.
        TooManyChanges,
        /// The site has no order on this side.
        NoOrder,
        /// The order is cancelled already.
        AlreadyCancelled,
        /// The order is not paused.
        NotPaused,
        /// The market has nothing to clear yet.
        UnknownMarket,
        /// The slot is not closed yet: its readings may still come.
        SlotNotClosed,
        /// The slot is settled already.
        AlreadySettled,
        /// The slot is cleared already: settle it.
        AlreadyCleared,
        /// The slot is not cleared yet.
        NotCleared,
        /// An earlier slot of the market comes first.
        NotItsTurn,
        /// The slot was cleared in this block: settle it in the next, so that this block's state has its input.
        ClearedInThisBlock,
        /// Settlement has begun, or the slot is void already: it goes to its end by itself.
        TooLateToVoid,
        /// The books do not match: report it. Nothing was changed.
        InternalFault,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Bounded stages, a market at a time, and all of them within `BlockBudget`.
        fn on_initialize(block: BlockNumberFor<T>) -> Weight {
            Self::advance_markets(block)
        }

        /// Every single stage must fit into the budget, or a market could stand still for ever.
        fn integrity_test() {
            Self::check_config();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of matching is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Places the site's order on this side, or gives it other steps, from the next slot on. Puts on hold what it
        /// can cost in `HoldSlots` slots, and what it can cost in slots before these as it was. What is missing in the
        /// owner's purse comes out of free EUR. A paused order trades again.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::place_order())]
        pub fn place_order(origin: OriginFor<T>, site: SiteId, side: Side, steps: Steps) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_place_order(owner, site, side, steps)
        }

        /// Takes the order back from the next slot on. Its hold is released when its last slot is settled. It costs
        /// nothing: it ends an order whose placing had its fee.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::cancel_order())]
        pub fn cancel_order(origin: OriginFor<T>, site: SiteId, side: Side) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_cancel_order(who, site, side)?;
            Ok(Pays::No.into())
        }

        /// Lets a paused order trade again from the next slot on, with the steps that it had.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::resume_order())]
        pub fn resume_order(origin: OriginFor<T>, site: SiteId, side: Side) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_resume_order(owner, site, side)
        }

        /// Clears the market's next slot if it is closed. Anyone may, should the chain not have done so by itself.
        #[pallet::call_index(3)]
        #[pallet::weight(Pallet::<T>::weight_of_clear(T::MaxOrders::get(), T::MaxZones::get()))]
        pub fn clear(origin: OriginFor<T>, market: MarketId, slot: Slot) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let weight = Self::do_clear(market, slot)?;
            Ok((Some(weight), Pays::No).into())
        }

        /// Settles the next page of the market's cleared slot. Anyone may.
        #[pallet::call_index(4)]
        #[pallet::weight(Work::most::<T>())]
        pub fn settle(origin: OriginFor<T>, market: MarketId, slot: Slot) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let weight = Self::do_settle(market, slot)?;
            Ok((Some(weight), Pays::No).into())
        }

        // 5 claimed what could not be delivered.

        /// Voids the market's next slot, which is closed: nothing of it is traded. By the council, before its
        /// settlement begins.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::void_slot())]
        pub fn void_slot(origin: OriginFor<T>, market: MarketId, slot: Slot) -> DispatchResult {
            T::UrgentOrigin::ensure_origin(origin)?;
            Self::do_void_slot(market, slot)
        }
    }

    impl<T: Config> SettlementProgress for Pallet<T> {
        fn settled_through(market: MarketId) -> Slot {
            Self::market_settled_through(market)
        }
    }
}
