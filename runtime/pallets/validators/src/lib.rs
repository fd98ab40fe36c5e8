#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod plan;
pub mod types;
pub mod weights;

mod bans;
mod invariants;
mod members;
mod ownership;
mod sessions;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;

pub use members::OnRoster;
pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::{Finality, Reason, Restart, ValidatorState};
    use super::weights::WeightInfo;
    use alloc::vec::Vec;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use sp_staking::SessionIndex;

    /// Version 1: the first.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Who makes and finalises blocks, and who may not any more.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
    {
        /// Adds, removes and readmits validators.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Bans validators and restarts finality, which cannot wait.
        type UrgentOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// What finalises blocks.
        type Finality: Finality<BlockNumberFor<Self>>;
        /// The council never leaves fewer validators than these.
        type MinValidators: Get<u32>;
        /// There are never more validators than these.
        #[pallet::constant]
        type MaxValidators: Get<u32>;
        /// How many accounts the roster holds, those who left and those who are banned among them.
        #[pallet::constant]
        type MaxKnown: Get<u32>;
        /// For how many sessions a validator can be held to account.
        #[pallet::constant]
        type AccountableSessions: Get<SessionIndex>;
        /// How many blocks a restart of finality may wait at most.
        #[pallet::constant]
        type MaxRestartDelay: Get<BlockNumberFor<Self>>;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
    }

    /// Who validates, may validate, or can still be held to account, with its state.
    #[pallet::storage]
    pub type Roster<T: Config> =
        StorageValue<_, BoundedBTreeMap<T::AccountId, ValidatorState, <T as Config>::MaxKnown>, ValueQuery>;

    /// Who signs with which keys in each session, planned ones and those for which anyone can be held to account. A set
    /// has at most `MaxValidators`.
    #[pallet::storage]
    #[pallet::unbounded]
    pub type SessionSets<T: Config> =
        StorageMap<_, Twox64Concat, SessionIndex, Vec<(T::AccountId, <T as pallet_session::Config>::Keys)>, ValueQuery>;

    /// A restart of finality that waits for the set to be steady.
    #[pallet::storage]
    pub type PendingRestart<T: Config> = StorageValue<_, Restart<BlockNumberFor<T>>, OptionQuery>;

    /// What becomes of validators.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// An account will validate as soon as it has keys and there is room.
        Added { validator: T::AccountId },
        /// A validator will not validate any more as soon as enough others do.
        Removed { validator: T::AccountId },
        /// A validator is disabled, and left out of every session to be planned.
        Banned { validator: T::AccountId, reason: Reason },
        /// The council let a banned validator back.
        Readmitted { validator: T::AccountId },
        /// A validator left so long ago that it cannot be held to account any more. Its keys are gone.
        Forgotten { validator: T::AccountId },
        /// Banned validators stay in the set of this session, because nobody else is left: let others in.
        NobodyElse { session: SessionIndex },
        /// Finality will restart `delay` blocks after a session with a steady set begins.
        FinalityToRestart { delay: BlockNumberFor<T>, best_finalised: BlockNumberFor<T> },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not on the roster: add it first.
        UnknownValidator,
        /// The account validates already, or will.
        AlreadyValidator,
        /// The validator is banned: readmit it first.
        AlreadyBanned,
        /// The validator is not banned.
        NotBanned,
        /// The account does not serve, so it cannot be removed.
        NotServing,
        /// Too few validators would be left: add others first.
        TooFewValidators,
        /// There are as many validators as there may be: remove one first.
        TooManyValidators,
        /// The roster is full: wait until who left is forgotten.
        RosterFull,
        /// The delay is 0 or above `MaxRestartDelay`.
        BadDelay,
        /// A block that has not been made cannot be final.
        NotYetMade,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxValidators::get() > 0, "MaxValidators must be above 0");
            assert!(T::MaxKnown::get() >= T::MaxValidators::get(), "MaxKnown must be no less than MaxValidators");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of validators is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Lets an account validate. It joins two sessions after it has set its session keys, or later where more
        /// than a third of the set would change.
        #[pallet::call_index(0)]
        #[pallet::weight(<T as Config>::WeightInfo::add_validator())]
        pub fn add_validator(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            <T as Config>::AdminOrigin::ensure_origin(origin)?;
            Self::do_add(validator)
        }

        /// Lets a validator go, two sessions later or when enough others validate.
        #[pallet::call_index(1)]
        #[pallet::weight(<T as Config>::WeightInfo::remove_validator())]
        pub fn remove_validator(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            <T as Config>::AdminOrigin::ensure_origin(origin)?;
            Self::do_remove(validator)
        }

        /// Disables a validator at once, and leaves it out of every later set until it is readmitted.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::ban())]
        pub fn ban(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            <T as Config>::UrgentOrigin::ensure_origin(origin)?;
            Self::do_ban(validator)
        }

        /// Lets a banned validator back. It joins as one that was added.
        #[pallet::call_index(3)]
        #[pallet::weight(<T as Config>::WeightInfo::readmit())]
        pub fn readmit(origin: OriginFor<T>, validator: T::AccountId) -> DispatchResult {
            <T as Config>::AdminOrigin::ensure_origin(origin)?;
            Self::do_readmit(validator)
        }

        /// Restarts finality with the validators of the first session that begins with a steady set. `delay` is how
        /// many blocks later, so many that nobody doubts the block that announces it. `best_finalised` is the
        /// highest block that any of them knows to be final.
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::note_stalled())]
        pub fn note_stalled(
            origin: OriginFor<T>,
            delay: BlockNumberFor<T>,
            best_finalised: BlockNumberFor<T>,
        ) -> DispatchResult {
            <T as Config>::UrgentOrigin::ensure_origin(origin)?;
            Self::do_note_stalled(Restart { delay, best_finalised })
        }
    }
}
