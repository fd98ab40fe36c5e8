//! The order of things. Each block counts the claims of one market's closed era, or pays a page of one. Eras that are
//! paid in all markets are finished, one after the other.

use crate::types::{Eras, MintedEra, Paying as PayingEra};
use crate::{
    Closed, Config, CurrentEras, Event, LastFull, MarketEras, Minted, Pallet, Paying, Sums, WeightInfo, ZonesEarned,
};
use deren_market::rewards::{Fullness, Worth, zone_claim};
use deren_primitives::{MarketId, Slot};
use deren_runtime_apis::SettlementProgress;
use frame_support::{pallet_prelude::*, traits::Get};

impl<T: Config> Pallet<T> {
    /// One stage of one market; and then eras that have nothing left to be done.
    pub(crate) fn advance() -> Weight {
        let closed = Closed::<T>::iter().next();
        let stage = closed.map_or_else(Self::try_page, |(market, era, (fees_ueur, rebates_ueur))| {
            T::WeightInfo::count_claims(Self::count_claims(market, era, fees_ueur, rebates_ueur))
        });
        T::WeightInfo::look().saturating_add(stage).saturating_add(Self::finish_eras())
    }

    /// Through which slot everything is settled in all markets.
    pub(crate) fn settled_everywhere() -> Slot {
        T::Markets::get().into_iter().map(T::Settlement::settled_through).min().unwrap_or_default()
    }

    /// True if the era's last slot is none after this one.
    pub(crate) fn is_through(era: u32, settled: Slot) -> bool {
        Self::last_slot(era).is_some_and(|last| last <= settled)
    }

    /// Adds a closed era's claims to those of all markets, at the rate of now, zone by zone. Gives how many zones there
    /// are: never more than a market has.
    pub(crate) fn count_claims(market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128) -> u32 {
        Closed::<T>::remove(market, era);
        let worth = Worth { fees_ueur, rebates_ueur, rate: T::RenPerUeur::get().into_inner() };
        let emission = Self::emission(era);
        let (mut zones, mut claims) = (0u32, 0u128);
        for (_, fee_base_ueur) in ZonesEarned::<T>::iter_prefix((market, era)) {
            zones = zones.saturating_add(1);
            claims = claims.saturating_add(zone_claim(worth.claim(fee_base_ueur), emission));
        }
        let of_market = MarketEras::<T>::get(market, era).unwrap_or_default();
        Sums::<T>::mutate(era, |sums| {
            let sums = sums.get_or_insert_default();
            sums.claims = sums.claims.saturating_add(claims);
            sums.limit = sums.limit.saturating_add(worth.claim(of_market.fees_ueur));
            sums.uncounted = sums.uncounted.saturating_sub(1);
        });
        Paying::<T>::insert(market, era, PayingEra { worth, fullness: None, minted: 0 });
        let fee_bases_ueur = of_market.earned.fee_base_ueur;
        Self::deposit_event(Event::MarketEraClosed { market, era, fee_bases_ueur, worth, claims });
        zones
    }

    /// Finishes eras through which all markets are settled and paid. A market that is not lets this wait, and nothing
    /// else.
    fn finish_eras() -> Weight {
        let mut weight = Weight::zero();
        let settled = Self::settled_everywhere();
        if settled == Slot(0) {
            return weight;
        }
        let mut eras = Self::eras_from(settled.next());
        for _ in 0..T::MaxSkippedEras::get() {
            if !Self::is_through(eras.next, settled) {
                break;
            }
            let sums = Sums::<T>::get(eras.next).unwrap_or_default();
            if sums.uncounted > 0 {
                break;
            }
            LastFull::<T>::put(Fullness { emission: Self::emission(eras.next), claims: sums.claims });
            if sums.unpaid > 0 {
                break;
            }
            eras = Self::era_paid(eras);
            weight = weight.saturating_add(T::WeightInfo::skip_era());
        }
        weight
    }

    /// The era is paid in all markets: the next one follows.
    fn era_paid(eras: Eras) -> Eras {
        let era = eras.next;
        let sums = Sums::<T>::take(era).unwrap_or_default();
        Minted::<T>::insert(era, MintedEra { minted: sums.minted, limit: sums.limit });
        if let Some(old) = era.checked_sub(T::KeepEras::get()) {
            Minted::<T>::remove(old);
        }
        let eras = Eras { next: era.saturating_add(1), ..eras };
        CurrentEras::<T>::put(eras);
        Self::deposit_event(Event::EraPaid { era, minted: sums.minted, wh: sums.wh, earners: sums.earners });
        eras
    }

    /// REN minted for an era, in the smallest unit; `None` while it is not paid in all markets, or when it is long ago.
    pub fn minted(era: u32) -> Option<u128> {
        Minted::<T>::get(era).map(|era| era.minted)
    }
}
