#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod bounds;
mod deposits;
mod devices;
mod errors;
mod events;
mod gateways;
mod invariants;
mod leaving;
mod markets;
mod points;
mod sites;
mod types;
mod view;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "not part of a chain's runtime")]
mod benchmarking;
#[cfg(test)]
mod tests;

pub use bounds::*;
pub use deposits::Deposits;
pub use pallet::*;
pub use types::{
    Capacities, DeviceRecord, EdgeTerms, GatewayState, KeyChange, MarketRecord, Membership, ParentEdge, PointRecord,
    PointTerms, SiteRecord, ZoneRecord,
};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// The pallet; the crate's documentation says what it is for.
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::too_many_arguments,
    reason = "in what the macro generates, and of calls that say all there is to know of a thing"
)]
pub mod pallet {
    use super::*;
    use deren_primitives::{
        DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, Signature, SiteId, Slot, Source, Sources, ZoneId,
    };
    use deren_runtime_apis::{Metering, SettlementProgress, SiteOrders};
    use frame_support::{pallet_prelude::*, traits::Time};
    use frame_system::pallet_prelude::*;
    use sp_core::H256;

    /// What a runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who creates markets, names operators and authorises upgrades.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Who stops a market, and lets it go on, without waiting.
        type UrgentOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Ends the orders of a site that changes hands or closes.
        type Orders: SiteOrders;
        /// The chain's time, in milliseconds since 1970: link codes expire.
        type Time: Time<Moment = u64>;
        /// Says which slot it is.
        type Metering: Metering;
        /// Says which slots nobody needs any more.
        type Progress: SettlementProgress;
        /// How many whole slots pass between a fee's change and the first slot in which it holds.
        type FeeNotice: Get<u32>;
        /// The metered time that a slot stands for, in seconds.
        type SlotEnergySeconds: Get<u32>;
        /// Keeps the deposits on hold.
        type Deposits: Deposits<Self::AccountId>;
        /// What an owner deposits for a site, in µ€.
        #[pallet::constant]
        type SiteDeposit: Get<u128>;
        /// What an owner deposits for each link of a gateway to a site, in µ€.
        #[pallet::constant]
        type LinkDeposit: Get<u128>;
        /// What an owner deposits for each device in a site's list, in µ€.
        #[pallet::constant]
        type DeviceDeposit: Get<u128>;
        /// What an operator deposits for a point, in µ€.
        #[pallet::constant]
        type PointDeposit: Get<u128>;
        /// The most markets.
        #[pallet::constant]
        type MaxMarkets: Get<u32>;
        /// The most points that an operator approves in one market, and so the most sites of a market.
        #[pallet::constant]
        type MaxPointsPerMarket: Get<u32>;
        /// The most sites that one gateway is linked to.
        #[pallet::constant]
        type MaxSitesPerGateway: Get<u32>;
        /// The most devices that one gateway reads.
        #[pallet::constant]
        type MaxDevicesPerGateway: Get<u32>;
        /// What calls cost.
        type WeightInfo: WeightInfo;
    }

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet's type.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// The id of the next market; ids below are markets.
    #[pallet::storage]
    pub type NextMarket<T> = StorageValue<_, u32, ValueQuery>;

    /// The id of the next zone.
    #[pallet::storage]
    pub type NextZone<T> = StorageValue<_, u32, ValueQuery>;

    /// The id of the next site.
    #[pallet::storage]
    pub type NextSite<T> = StorageValue<_, u32, ValueQuery>;

    /// The ids of the markets that there are, in order.
    #[pallet::storage]
    pub type MarketList<T: Config> = StorageValue<_, BoundedVec<MarketId, T::MaxMarkets>, ValueQuery>;

    /// Markets; at most [`Config::MaxMarkets`].
    #[pallet::storage]
    pub type Markets<T: Config> = StorageMap<_, Twox64Concat, MarketId, MarketRecord<T::AccountId>>;

    /// The zones of a market in order of their ids.
    #[pallet::storage]
    pub type ZonesOf<T> =
        StorageMap<_, Twox64Concat, MarketId, BoundedVec<ZoneId, ConstU32<MAX_ZONES_PER_MARKET>>, ValueQuery>;

    /// Zones; bounded by [`MAX_ZONES_PER_MARKET`].
    #[pallet::storage]
    pub type Zones<T> = StorageMap<_, Twox64Concat, ZoneId, ZoneRecord>;

    /// Approved points by commitment; at most [`Config::MaxPointsPerMarket`] a market.
    #[pallet::storage]
    pub type Points<T: Config> = StorageMap<_, Blake2_128Concat, H256, PointRecord<T::AccountId>>;

    /// The point of each nullifier that an operator gave: the same connection point is never approved twice.
    #[pallet::storage]
    pub type Nullifiers<T> = StorageMap<_, Blake2_128Concat, H256, H256>;

    /// Sites; at most one a point that is not closed.
    #[pallet::storage]
    pub type Sites<T: Config> = StorageMap<_, Twox64Concat, SiteId, SiteRecord<T::AccountId>>;

    /// The devices of a site, those included that were removed and whose slots may not be settled.
    #[pallet::storage]
    pub type SiteDevices<T> =
        StorageMap<_, Twox64Concat, SiteId, BoundedVec<Membership, ConstU32<MAX_DEVICES_PER_SITE>>, ValueQuery>;

    /// Devices; each is in the list of its site.
    #[pallet::storage]
    pub type Devices<T> = StorageMap<_, Blake2_128Concat, DeviceId, DeviceRecord>;

    /// To whom the owner of a site offers it.
    #[pallet::storage]
    pub type Offers<T: Config> = StorageMap<_, Twox64Concat, SiteId, T::AccountId>;

    /// The gateways that are linked to a site.
    #[pallet::storage]
    pub type SiteGateways<T> =
        StorageMap<_, Twox64Concat, SiteId, BoundedVec<GatewayId, ConstU32<MAX_GATEWAYS_PER_SITE>>, ValueQuery>;

    /// Gateways; each is linked to a site, or its key was changed, or it was deactivated.
    #[pallet::storage]
    pub type Gateways<T> = StorageMap<_, Blake2_128Concat, GatewayId, GatewayState>;

    /// The sites that a gateway is linked to.
    #[pallet::storage]
    pub type GatewaySites<T: Config> =
        StorageMap<_, Blake2_128Concat, GatewayId, BoundedVec<SiteId, T::MaxSitesPerGateway>, ValueQuery>;

    /// Earlier keys of gateways with their epochs, oldest first, for which they have not answered.
    #[pallet::storage]
    pub type PastKeys<T> =
        StorageMap<_, Blake2_128Concat, GatewayId, BoundedVec<(u32, PublicKey), ConstU32<MAX_PAST_KEYS>>, ValueQuery>;

    /// The devices that a gateway reads now.
    #[pallet::storage]
    pub type GatewayDevices<T: Config> =
        StorageMap<_, Blake2_128Concat, GatewayId, BoundedVec<DeviceId, T::MaxDevicesPerGateway>, ValueQuery>;

    /// What is on hold for each site, in µ€.
    #[pallet::storage]
    pub type SiteDeposits<T> = StorageMap<_, Twox64Concat, SiteId, u128, ValueQuery>;

    /// Who deposited how much for each point, in µ€.
    #[pallet::storage]
    pub type PointDeposits<T: Config> = StorageMap<_, Blake2_128Concat, H256, (T::AccountId, u128)>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                log::error!(target: "runtime::registry", "{violation}");
                "an invariant of the registry is violated; the log says which".into()
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Creates a market under `operator`, in which no line's fee may be above `max_fee_ueur_per_kwh`. Admin only.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::create_market())]
        pub fn create_market(
            origin: OriginFor<T>,
            operator: T::AccountId,
            privacy_threshold: u32,
            protocol_fee_bp: u16,
            max_fee_ueur_per_kwh: u32,
        ) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::do_create_market(operator, privacy_threshold, protocol_fee_bp, max_fee_ueur_per_kwh)
        }

        /// Changes a market's operator, privacy threshold, protocol fee and the cap on network fees. The cap binds fees
        /// that are set from now on. Admin only.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::update_market())]
        pub fn update_market(
            origin: OriginFor<T>,
            market: MarketId,
            operator: T::AccountId,
            privacy_threshold: u32,
            protocol_fee_bp: u16,
            max_fee_ueur_per_kwh: u32,
        ) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::do_update_market(market, operator, privacy_threshold, protocol_fee_bp, max_fee_ueur_per_kwh)
        }

        /// Authorises the runtime whose code has this hash; anyone may then apply it. Admin only.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::authorize_upgrade())]
        pub fn authorize_upgrade(origin: OriginFor<T>, code_hash: T::Hash) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            frame_system::Pallet::<T>::do_authorize_upgrade(code_hash, true);
            Ok(())
        }

        /// Adds a zone to a market: the root, or one below `parent` = (zone, fee in µ€/kWh, capacity up and down in Wh
        /// a slot). By the market's operator.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::create_zone())]
        pub fn create_zone(origin: OriginFor<T>, market: MarketId, parent: ParentEdge) -> DispatchResult {
            Self::do_create_zone(ensure_signed(origin)?, market, parent)
        }

        /// Changes the line between a zone and its parent: the capacities from the next slot on, the fee after
        /// [`Config::FeeNotice`]. By the market's operator.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::set_edge())]
        pub fn set_edge(
            origin: OriginFor<T>,
            zone: ZoneId,
            fee_ueur_per_kwh: u32,
            capacity_up_wh: Option<u64>,
            capacity_down_wh: Option<u64>,
        ) -> DispatchResult {
            let edge = EdgeTerms { fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh };
            Self::do_set_edge(ensure_signed(origin)?, zone, edge)
        }

        /// Approves a connection point in a zone for an owner, under a salted commitment to its official id: its name
        /// on the chain is [`deren_primitives::point_commitment`]. `nullifier` is the regulator's keyed hash of the
        /// official id, the same whatever the salt. By the market's operator.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::approve_point())]
        pub fn approve_point(
            origin: OriginFor<T>,
            zone: ZoneId,
            salted: H256,
            nullifier: H256,
            owner: T::AccountId,
            terms: PointTerms,
        ) -> DispatchResult {
            Self::do_approve_point(ensure_signed(origin)?, zone, salted, nullifier, owner, terms)
        }

        /// Registers a site at a point that was approved for the caller.
        #[pallet::call_index(6)]
        #[pallet::weight(T::WeightInfo::register_site())]
        pub fn register_site(origin: OriginFor<T>, commitment: H256) -> DispatchResult {
            Self::do_register_site(ensure_signed(origin)?, commitment)
        }

        /// Stops a site from trading, from the next slot on. By the market's operator.
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::suspend_site())]
        pub fn suspend_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
            Self::do_set_active(ensure_signed(origin)?, site, false)
        }

        /// Lets a suspended site trade again, from the next slot on. By the market's operator.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::resume_site())]
        pub fn resume_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
            Self::do_set_active(ensure_signed(origin)?, site, true)
        }

        /// Links a gateway, named by its first key, to the caller's site. `code` is the signature of the gateway's
        /// present key over [`deren_primitives::link_message`].
        #[pallet::call_index(9)]
        #[pallet::weight(T::WeightInfo::link_gateway())]
        pub fn link_gateway(
            origin: OriginFor<T>,
            site: SiteId,
            gateway: PublicKey,
            expires_unix_s: u64,
            code: Signature,
        ) -> DispatchResult {
            Self::do_link_gateway(ensure_signed(origin)?, site, GatewayId(gateway), expires_unix_s, &code)
        }

        /// Registers a device at the caller's site from the next slot on; in the role `grid` it replaces the one
        /// before. A production device, and no other, has a `source`, which the operator approved at the point.
        #[pallet::call_index(10)]
        #[pallet::weight(T::WeightInfo::register_device())]
        pub fn register_device(
            origin: OriginFor<T>,
            site: SiteId,
            device: DeviceId,
            role: DeviceRole,
            source: Option<Source>,
            rated_power_w: u32,
            register_step_mwh: u32,
            gateway: GatewayId,
        ) -> DispatchResult {
            Self::do_register_device(
                ensure_signed(origin)?,
                site,
                device,
                types::Rating { role, source, rated_power_w, register_step_mwh },
                gateway,
            )
        }

        /// Removes a device from the caller's site from the next slot on. Readings of earlier slots are still taken.
        #[pallet::call_index(11)]
        #[pallet::weight(T::WeightInfo::remove_device())]
        pub fn remove_device(origin: OriginFor<T>, device: DeviceId) -> DispatchResult {
            Self::do_remove_device(ensure_signed(origin)?, device)
        }

        /// Gives a gateway a new key at once. `signature` is the old key's over [`deren_primitives::rotate_message`],
        /// `proof` the new key's over the same: who cannot sign with it would lose the gateway. Anyone may send it.
        #[pallet::call_index(12)]
        #[pallet::weight(T::WeightInfo::rotate_key())]
        pub fn rotate_key(
            origin: OriginFor<T>,
            gateway: GatewayId,
            new_key: PublicKey,
            signature: Signature,
            proof: Signature,
        ) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_rotate_key(gateway, new_key, &signature, &proof)
        }

        /// Gives a gateway whose key is lost or was misused a new one at once, and activates it. `code` is the new
        /// key's signature over [`deren_primitives::rotate_message`]. By the owner of all of the gateway's sites.
        #[pallet::call_index(13)]
        #[pallet::weight(T::WeightInfo::replace_key(T::MaxSitesPerGateway::get()))]
        pub fn replace_key(
            origin: OriginFor<T>,
            gateway: GatewayId,
            new_key: PublicKey,
            code: Signature,
        ) -> DispatchResultWithPostInfo {
            let sites = Self::do_replace_key(ensure_signed(origin)?, gateway, new_key, &code)?;
            Ok(Some(T::WeightInfo::replace_key(sites)).into())
        }

        /// Changes at once what is approved at a point; the devices that are there must fit. By the market's operator.
        #[pallet::call_index(14)]
        #[pallet::weight(T::WeightInfo::amend_point())]
        pub fn amend_point(origin: OriginFor<T>, commitment: H256, terms: PointTerms) -> DispatchResult {
            Self::do_amend_point(ensure_signed(origin)?, commitment, terms)
        }

        /// Ends the link of a gateway and the caller's site, once no device that it reads there has a slot to settle.
        #[pallet::call_index(15)]
        #[pallet::weight(T::WeightInfo::unlink_gateway())]
        pub fn unlink_gateway(origin: OriginFor<T>, site: SiteId, gateway: GatewayId) -> DispatchResult {
            Self::do_unlink_gateway(ensure_signed(origin)?, site, gateway)
        }

        /// Offers the caller's site to somebody, who must accept; `None` takes the offer back.
        #[pallet::call_index(16)]
        #[pallet::weight(T::WeightInfo::offer_site())]
        pub fn offer_site(origin: OriginFor<T>, site: SiteId, to: Option<T::AccountId>) -> DispatchResult {
            Self::do_offer_site(ensure_signed(origin)?, site, to)
        }

        /// Takes over a site that was offered to the caller, with its gateways and devices. It trades for the caller
        /// from the next slot on; the former owner's orders end, and what was traded before stays theirs.
        #[pallet::call_index(17)]
        #[pallet::weight(T::WeightInfo::accept_site().saturating_add(T::Orders::end_weight()))]
        pub fn accept_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
            Self::do_accept_site(ensure_signed(origin)?, site)
        }

        /// Closes a site from the next slot on: its devices and orders end, and its point is free. By its owner, or by
        /// the administration.
        #[pallet::call_index(18)]
        #[pallet::weight(T::WeightInfo::close_site().saturating_add(T::Orders::end_weight()))]
        pub fn close_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
            Self::do_close_site(Self::admin_or_signed(origin)?, site)
        }

        /// Drops all that is left of a closed site once its slots are settled. By anyone.
        #[pallet::call_index(19)]
        #[pallet::weight(T::WeightInfo::forget_site())]
        pub fn forget_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_forget_site(site)
        }

        /// Takes back the approval of a point without a site. By the market's operator, or by the administration.
        #[pallet::call_index(20)]
        #[pallet::weight(T::WeightInfo::revoke_point())]
        pub fn revoke_point(origin: OriginFor<T>, commitment: H256) -> DispatchResult {
            Self::do_revoke_point(Self::admin_or_signed(origin)?, commitment)
        }

        /// Closes a market that has no point and no site. Each call drops up to [`MAX_ZONES_PER_CLOSING`] zones, the
        /// last one the market. Admin only.
        #[pallet::call_index(21)]
        #[pallet::weight(T::WeightInfo::close_market())]
        pub fn close_market(origin: OriginFor<T>, market: MarketId) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::do_close_market(market)
        }

        /// Nothing of the market trades from the next slot on. Readings and settlement go on. Urgent.
        #[pallet::call_index(22)]
        #[pallet::weight(T::WeightInfo::set_trading())]
        pub fn stop_market(origin: OriginFor<T>, market: MarketId) -> DispatchResult {
            T::UrgentOrigin::ensure_origin(origin)?;
            Self::do_set_trading(market, false)
        }

        /// A stopped market trades again from the next slot on. Urgent.
        #[pallet::call_index(23)]
        #[pallet::weight(T::WeightInfo::set_trading())]
        pub fn resume_market(origin: OriginFor<T>, market: MarketId) -> DispatchResult {
            T::UrgentOrigin::ensure_origin(origin)?;
            Self::do_set_trading(market, true)
        }
    }
}
