//! What custody keeps and what it asks for. Every type here has a greatest encoded length.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::dispatch::DispatchResult;
use scale_info::TypeInfo;

/// A kind of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Money {
    /// Prepaid euros, in µ€.
    Eur,
    /// The native token, in its smallest unit.
    Ren,
}

/// What the treasury spent in a window.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Spent {
    /// The window's number.
    pub window: u32,
    /// How much EUR, in µ€.
    pub ueur: u128,
    /// How much REN, in its smallest unit.
    pub ren: u128,
}

/// The power over other accounts' euros. Nobody else may have it.
pub trait OverEuros<AccountId> {
    /// The account can pay nothing any more.
    fn freeze(who: &AccountId) -> DispatchResult;
    /// It can again.
    fn thaw(who: &AccountId) -> DispatchResult;
    /// Moves free euros without the holder's signature.
    fn force_transfer(from: &AccountId, to: &AccountId, amount_ueur: u128) -> DispatchResult;
}
