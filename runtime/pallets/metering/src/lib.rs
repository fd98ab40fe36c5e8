#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

mod anchors;
mod authorize;
mod batch;
mod block_share;
mod clock;
mod equivocation;
mod forget;
mod invariants;
mod over_export;
mod session;
mod submit;
mod types;
mod view;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "not part of a chain's runtime")]
mod benchmarking;
#[cfg(test)]
mod tests;

pub use anchors::MAX_LASTING_ANCHORS;
pub use authorize::{EMPTY_BATCH, TOO_MANY_ATTEMPTS, refusal};
pub use deren_runtime_apis::{Energies, SlotEnergies};
pub use pallet::*;
pub use types::{BlockUse, DeviceStanding, Forgetting, SlotEnding};
pub use view::MAX_CURSORS;
pub use weights::WeightInfo;

/// How many markers of ended slots are kept; when there are more, the newest ones become one.
pub const MAX_ENDINGS: u32 = 64;

/// The pallet; the crate's documentation says what it is for.
#[frame_support::pallet]
#[allow(clippy::arithmetic_side_effects, clippy::expect_used, reason = "in what the macro generates")]
pub mod pallet {
    use super::*;
    use alloc::boxed::Box;
    use deren_primitives::{
        DeviceId, GatewayId, IntervalReading, MarketId, ReadingBatch, ReadingError, ReadingEvidence, ReadingHash,
        ReadingVerdict, SampledBatch, Signature, SignedReading, SiteId, Slot,
    };
    use deren_runtime_apis::{GatewayControl, MarketRegistry};
    use frame_support::{dispatch::DispatchClass, pallet_prelude::*, traits::Time};
    use frame_system::{ensure_authorized, pallet_prelude::*};

    /// What a runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Knows gateways, devices and sites.
        type Registry: MarketRegistry<Self::AccountId> + GatewayControl;
        /// The chain's time, in milliseconds since 1970.
        type Time: Time<Moment = u64>;
        /// The most blocks between an anchor and the block that takes its reading, where the anchor is no hundredth
        /// block; at most `BlockHashCount`.
        #[pallet::constant]
        type MaxAnchorAgeBlocks: Get<u32>;
        /// The most markets, as in the registry.
        #[pallet::constant]
        type MaxMarkets: Get<u32>;
        /// The most time of a block that readings may take, in the units of weights.
        #[pallet::constant]
        type MaxRefTimeInBlock: Get<u64>;
        /// The most bytes of a block that readings may take.
        #[pallet::constant]
        type MaxBytesInBlock: Get<u32>;
        /// How many blocks a batch may wait in the transaction pool.
        #[pallet::constant]
        type BatchLongevityBlocks: Get<u64>;
        /// How many storage items of forgotten slots a block removes in any case.
        #[pallet::constant]
        type ForgottenPerBlock: Get<u32>;
        /// What calls and hooks cost.
        type WeightInfo: WeightInfo;
    }

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pallet's type.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What was set at genesis.
    #[pallet::storage]
    pub type Parameters<T> = StorageValue<_, deren_primitives::ChainParameters>;

    /// The newest closed slot; nothing in the first block.
    #[pallet::storage]
    pub type ClosedThrough<T> = StorageValue<_, Slot>;

    /// Slots that are over and not closed, oldest first.
    #[pallet::storage]
    pub type Endings<T> = StorageValue<_, BoundedVec<SlotEnding, ConstU32<MAX_ENDINGS>>, ValueQuery>;

    /// The hashes of hundredth blocks, for a month; at most [`MAX_LASTING_ANCHORS`].
    #[pallet::storage]
    pub type LastingAnchors<T> = StorageMap<_, Twox64Concat, u32, [u8; 32]>;

    /// Where each device's chain of readings stands, and how fast it came there. It has every device that was ever
    /// registered: one that is removed keeps its place, so that none of its slots can be accepted twice.
    #[pallet::storage]
    pub type Cursors<T> = StorageMap<_, Blake2_128Concat, DeviceId, DeviceStanding>;

    /// What readings take of this block; nothing between blocks.
    #[pallet::storage]
    pub type InThisBlock<T> = StorageValue<_, BlockUse, ValueQuery>;

    /// What unflagged readings show of each site in a slot, until matching has forgotten the slot. It has at most the
    /// market's sites, for each slot that is not settled.
    #[pallet::storage]
    pub type SiteEnergies<T> = StorageDoubleMap<_, Twox64Concat, (MarketId, Slot), Twox64Concat, SiteId, SlotEnergies>;

    /// What each site sold above what it shows, by days. It has every site that ever had something to sell.
    #[pallet::storage]
    pub type Excesses<T> = StorageMap<_, Twox64Concat, SiteId, deren_market::ExcessHistory, ValueQuery>;

    /// Accepted readings of a market's devices that cover a slot, flagged ones included.
    #[pallet::storage]
    pub type ReadingCounts<T> = StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, Slot, u32, ValueQuery>;

    /// Slots whose energies are being removed; one entry a market.
    #[pallet::storage]
    pub type Forgotten<T: Config> = StorageValue<_, BoundedVec<Forgetting, T::MaxMarkets>, ValueQuery>;

    /// What is set at genesis, as [`deren_primitives::ChainParameters`] documents it.
    #[pallet::genesis_config]
    #[allow(missing_docs, reason = "documented where they are used")]
    pub struct GenesisConfig<T: Config> {
        pub slot_seconds: u32,
        pub slot_energy_seconds: u32,
        pub grace_seconds: u32,
        pub grace_blocks: u32,
        pub slots_per_era: u32,
        pub development: bool,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            let parameters = clock::PRODUCTION;
            Self {
                slot_seconds: parameters.slot_seconds,
                slot_energy_seconds: parameters.slot_energy_seconds,
                grace_seconds: parameters.grace_seconds,
                grace_blocks: parameters.grace_blocks,
                slots_per_era: parameters.slots_per_era,
                development: parameters.development,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(self.slot_seconds > 0, "slot_seconds: a slot takes at least one second");
            assert!(self.slot_energy_seconds > 0, "slot_energy_seconds: a slot stands for at least one second");
            assert!(self.slots_per_era > 0, "slots_per_era: an era has at least one slot");
            assert!(self.grace_blocks > 0, "grace_blocks: a slot's readings need at least one block");
            Parameters::<T>::put(deren_primitives::ChainParameters {
                slot_seconds: self.slot_seconds,
                slot_energy_seconds: self.slot_energy_seconds,
                grace_seconds: self.grace_seconds,
                grace_blocks: self.grace_blocks,
                slots_per_era: self.slots_per_era,
                development: self.development,
            });
        }
    }

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[allow(missing_docs, reason = "each field is what the type of that name documents")]
    pub enum Event<T: Config> {
        /// A reading is its device's newest one. It trades if its verdict is good.
        ReadingAccepted {
            gateway: GatewayId,
            market: MarketId,
            site: SiteId,
            role: deren_primitives::DeviceRole,
            /// As it was signed.
            reading: IntervalReading,
            /// Root of its samples, which the hash covers too; none in version 1.
            samples_root: Option<[u8; 32]>,
            hash: ReadingHash,
            energies: Energies,
            verdict: ReadingVerdict,
        },
        /// A reading of a batch was refused; nothing of it is kept.
        ReadingRefused { gateway: GatewayId, device: DeviceId, sequence: u64, hash: ReadingHash, error: ReadingError },
        /// All slots up to `through` are closed now; those before `first` were.
        SlotsClosed { first: Slot, through: Slot },
        /// A site's grid meter exported more than production and storage show, in this slot or over thirty days.
        /// `uncorroborated_wh` of its surplus do not trade. A note, and no fault.
        OverExport { market: MarketId, site: SiteId, slot: Slot, surplus_wh: u64, uncorroborated_wh: u64 },
        /// A gateway signed two different readings for one sequence number of a device.
        Equivocation {
            gateway: GatewayId,
            key_epoch: u32,
            device: DeviceId,
            sequence: u64,
            first: ReadingHash,
            second: ReadingHash,
            reporter: T::AccountId,
        },
    }

    /// Why a call failed. Why a reading was refused is a [`ReadingError`].
    #[pallet::error]
    #[derive(PartialEq, Eq)]
    pub enum Error<T> {
        /// The batch could not be opened: other genesis, unknown or inactive gateway, or wrong key epoch.
        BatchNotAuthentic,
        /// No such gateway.
        UnknownGateway,
        /// The gateway is inactive already.
        GatewayInactive,
        /// The gateway had no key of this epoch, it is too long ago, or the gateway has answered for it.
        UnknownKeyEpoch,
        /// The readings are of two devices.
        DifferentDevices,
        /// The readings have different sequence numbers.
        DifferentSequences,
        /// Both readings are the same.
        SameReading,
        /// No such device was ever registered.
        UnknownDevice,
        /// The first reading's signature is not the gateway's.
        FirstNotAuthentic,
        /// The second reading's signature is not the gateway's.
        SecondNotAuthentic,
        /// The readings were signed with two keys.
        DifferentKeyEpochs,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            let block = clock::number::<T>(now);
            let kept = Self::keep_anchor(block);
            let endings = Self::close_slots(block);
            let removed = Self::remove_forgotten(T::ForgottenPerBlock::get());
            // What readings took of the block is forgotten at its end.
            T::WeightInfo::close_slots(endings)
                .saturating_add(T::WeightInfo::remove_forgotten(removed))
                .saturating_add(kept)
                .saturating_add(T::DbWeight::get().writes(1))
        }

        fn on_finalize(_now: BlockNumberFor<T>) {
            InThisBlock::<T>::kill();
        }

        fn on_idle(_now: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::remove_forgotten_within(remaining)
        }

        #[cfg(feature = "std")]
        fn integrity_test() {
            let hashes: u32 = clock::number::<T>(<T as frame_system::Config>::BlockHashCount::get());
            assert!(T::MaxAnchorAgeBlocks::get() <= hashes, "MaxAnchorAgeBlocks is more than BlockHashCount");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                log::error!(target: "runtime::metering", "{violation}");
                "an invariant of metering is violated; the log says which".into()
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Takes a batch of readings, free of charge; `signature` is the gateway's over
        /// [`deren_primitives::batch_message`]. Each reading is accepted or refused by itself. It is of the operational
        /// class, so that what is free does not raise the fees of what is not. Readings have a share of each block of
        /// their own.
        #[pallet::call_index(0)]
        #[pallet::weight((T::WeightInfo::submit_spread(block_share::readings(batch)), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_submit(block_share::readings(batch)))]
        #[pallet::authorize(|_source, batch: &ReadingBatch, signature: &Signature| {
            Pallet::<T>::authorize_batch(batch, signature).map(|valid| (valid, Weight::zero()))
        })]
        pub fn submit(origin: OriginFor<T>, batch: ReadingBatch, signature: Signature) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            // The authorisation has checked it.
            let _ = signature;
            Self::do_submit(&batch)
        }

        /// Shows two different readings that a gateway signed for one sequence number of a device. The gateway may not
        /// submit until its owner gives it a new key. Free of charge if it is true.
        #[pallet::call_index(1)]
        // The key may be an earlier one, and the device one that only its readings are left of.
        #[pallet::weight(T::WeightInfo::report_equivocation().saturating_add(T::DbWeight::get().reads(2)))]
        pub fn report_equivocation(
            origin: OriginFor<T>,
            gateway: GatewayId,
            key_epoch: u32,
            a: Box<SignedReading>,
            b: Box<SignedReading>,
        ) -> DispatchResultWithPostInfo {
            let [a, b] = [a, b].map(|signed| ReadingEvidence::Interval { key_epoch, signed: *signed });
            Self::do_report_equivocation(ensure_signed(origin)?, gateway, &a, &b)?;
            Ok(Pays::No.into())
        }

        /// Takes a batch of readings of version 2, as [`Pallet::submit`] does; `signature` is the gateway's over
        /// [`deren_primitives::SampledBatch::message`]. It stands for each of the readings.
        #[pallet::call_index(2)]
        #[pallet::weight((T::WeightInfo::submit_v2_spread(block_share::readings(batch)), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_submit_v2(block_share::readings(batch)))]
        #[pallet::authorize(|_source, batch: &SampledBatch, signature: &Signature| {
            Pallet::<T>::authorize_batch(batch, signature).map(|valid| (valid, Weight::zero()))
        })]
        pub fn submit_v2(
            origin: OriginFor<T>,
            batch: SampledBatch,
            signature: Signature,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            // The authorisation has checked it.
            let _ = signature;
            Self::do_submit(&batch)
        }

        /// As [`Pallet::report_equivocation`], for readings of either version: two of version 2, or one of each. Both
        /// were signed with the same key.
        #[pallet::call_index(3)]
        // The key may be an earlier one, and the device one that only its readings are left of.
        #[pallet::weight(T::WeightInfo::report_equivocation_v2().saturating_add(T::DbWeight::get().reads(2)))]
        pub fn report_equivocation_v2(
            origin: OriginFor<T>,
            gateway: GatewayId,
            a: Box<ReadingEvidence>,
            b: Box<ReadingEvidence>,
        ) -> DispatchResultWithPostInfo {
            Self::do_report_equivocation(ensure_signed(origin)?, gateway, &a, &b)?;
            Ok(Pays::No.into())
        }
    }
}
