#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod types;
pub mod weights;

mod announcing;
mod invariants;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::Announcement;
    use super::weights::WeightInfo;
    use alloc::boxed::Box;
    use frame_support::{
        dispatch::{GetDispatchInfo, PostDispatchInfo},
        pallet_prelude::*,
        traits::{Contains, OriginTrait, StorePreimage, schedule::v3::Named},
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::Dispatchable;

    /// Version 1: the first.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// A call as the runtime has it.
    pub type CallOf<T> = <T as Config>::RuntimeCall;
    /// Who calls, as the runtime has it.
    pub type PalletsOriginOf<T> = <<T as frame_system::Config>::RuntimeOrigin as OriginTrait>::PalletsOrigin;

    /// What the council decides, before it happens.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The runtime's calls.
        type RuntimeCall: Parameter
            + Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
            + GetDispatchInfo
            + From<Call<Self>>;
        /// Who announces and withdraws: the council.
        type CouncilOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Which calls can be announced at all.
        type Announceable: Contains<CallOf<Self>>;
        /// How many blocks lie between an announcement and the act.
        type NoticeBlocks: Get<BlockNumberFor<Self>>;
        /// Keeps the appointment.
        type Scheduler: Named<BlockNumberFor<Self>, CallOf<Self>, PalletsOriginOf<Self>, Hasher = Self::Hashing>;
        /// Keeps calls that are too long for the scheduler's own list.
        type Preimages: StorePreimage<H = Self::Hashing>;
        /// How heavy a call may be: less than what the scheduler may take of a block.
        #[pallet::constant]
        type MaxWeight: Get<Weight>;
        /// How many acts are announced at a time at most.
        #[pallet::constant]
        type MaxAnnounced: Get<u32>;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
    }

    /// What is announced and has neither happened nor been withdrawn, by number.
    #[pallet::storage]
    pub type Announced<T: Config> =
        CountedStorageMap<_, Twox64Concat, u32, Announcement<T::Hash, BlockNumberFor<T>>, OptionQuery>;

    /// The number of the next announcement.
    #[pallet::storage]
    pub type NextNumber<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// What anyone needs to see what is coming.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// The call with this hash will be made by root in block `when`. The call is in the transaction that announced
        /// it.
        Announced { number: u32, hash: T::Hash, when: BlockNumberFor<T> },
        /// It will not happen.
        Withdrawn { number: u32, hash: T::Hash },
        /// It has happened.
        Enacted { number: u32, hash: T::Hash, result: DispatchResult },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// Nothing with this number is announced: it has happened, or was withdrawn.
        NotAnnounced,
        /// The maximum number of acts is announced: wait for one, or withdraw one.
        TooManyAnnounced,
        /// Such a call cannot be announced, not even inside another.
        NotAnnounceable,
        /// The call is too heavy for a block that does other things too.
        TooHeavy,
        /// What is to be enacted is not what was announced.
        AnotherCall,
        /// A number would overflow.
        Overflow,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxAnnounced::get() > 0, "MaxAnnounced must be above 0");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of notice is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// The council announces a call, which root makes when the notice is over.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::announce(u32::try_from(call.encoded_size()).unwrap_or(u32::MAX)))]
        pub fn announce(origin: OriginFor<T>, call: Box<CallOf<T>>) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_announce(*call)
        }

        /// The council takes an announcement back.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>, number: u32) -> DispatchResult {
            T::CouncilOrigin::ensure_origin(origin)?;
            Self::do_withdraw(number)
        }

        /// Makes a call that was announced. The scheduler calls it when the notice is over; nobody else can, but root.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::enact().saturating_add(call.get_dispatch_info().call_weight))]
        pub fn enact(origin: OriginFor<T>, number: u32, call: Box<CallOf<T>>) -> DispatchResult {
            ensure_root(origin)?;
            Self::do_enact(number, *call)
        }
    }
}
