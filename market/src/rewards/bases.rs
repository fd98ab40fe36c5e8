//! Which part of a slot's protocol fee was paid for whose energy. Whoever sells to themselves must get nothing of it,
//! and nobody more than the fee that their buyers paid.

use crate::{units::BP, wide::mul_div};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::{SiteId, ZoneId};
use scale_info::TypeInfo;

/// What one order of a site did in a market's slot. All of an owner's count together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteTrade<Owner> {
    /// The site.
    pub site: SiteId,
    /// Its zone.
    pub zone: ZoneId,
    /// Who trades for it.
    pub owner: Owner,
    /// What it sold.
    pub sold_wh: u64,
    /// What it bought.
    pub bought_wh: u64,
    /// What its production devices produced.
    pub produced_wh: u64,
    /// What it received for what it sold.
    pub received_ueur: u128,
    /// What it paid in all for what it bought.
    pub paid_ueur: u128,
}

/// A site's part of its owner's fee base in one slot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct FeeBase<Owner> {
    /// The site.
    pub site: SiteId,
    /// Its zone.
    pub zone: ZoneId,
    /// Whose fee base it is.
    pub owner: Owner,
    /// Energy that it produced and sold to others.
    pub rewarded_wh: u64,
    /// The protocol fee that others paid for it.
    pub fee_ueur: u128,
}

/// All that one owner's sites did.
#[derive(Clone, Copy, Debug, Default)]
struct OwnerSums {
    sold_wh: u64,
    bought_wh: u64,
    /// Σ min(sold, produced) of each site: one site's sun does not make another's battery a producer.
    own_wh: u64,
    received_ueur: u128,
    paid_ueur: u128,
}

impl OwnerSums {
    fn add<Owner>(&mut self, trade: &SiteTrade<Owner>) {
        self.sold_wh = self.sold_wh.saturating_add(trade.sold_wh);
        self.bought_wh = self.bought_wh.saturating_add(trade.bought_wh);
        self.own_wh = self.own_wh.saturating_add(own_wh(trade));
        self.received_ueur = self.received_ueur.saturating_add(trade.received_ueur);
        self.paid_ueur = self.paid_ueur.saturating_add(trade.paid_ueur);
    }

    /// What it sold more than it bought.
    fn net_wh(&self) -> u64 {
        self.sold_wh.saturating_sub(self.bought_wh)
    }

    fn rewarded_wh(&self) -> u64 {
        self.net_wh().min(self.own_wh)
    }

    /// The fee base: of the slot's fee, the part that the rewarded energy is of all net sales. It is no more than the
    /// fee on what others paid for it. Prices differ between zones, and a cheap zone has no claim to fees that others
    /// paid at high ones.
    fn fee_ueur(&self, slot: &SlotFee) -> u128 {
        let rewarded_wh = self.rewarded_wh().into();
        let of_all = mul_div(slot.fee_ueur, rewarded_wh, slot.net_sales_wh);
        let net_ueur = self.received_ueur.saturating_sub(self.paid_ueur);
        let whole = BP.saturating_mul(self.net_wh().into());
        of_all.min(mul_div(net_ueur.saturating_mul(slot.fee_bp), rewarded_wh, whole))
    }
}

/// What a slot's fee is, and on how much energy.
struct SlotFee {
    fee_ueur: u128,
    fee_bp: u128,
    net_sales_wh: u128,
}

/// Produced and sold by one site.
fn own_wh<Owner>(trade: &SiteTrade<Owner>) -> u64 {
    trade.sold_wh.min(trade.produced_wh)
}

/// Each site's part of its owner's fee base, in the order of `trades`; those without any are left out. Everything is
/// rounded down, and the parts never exceed the slot's protocol fee, of which network fees and rents are no part.
pub fn fee_bases<Owner: Ord + Clone>(
    protocol_fee_ueur: u128,
    protocol_fee_bp: u16,
    trades: &[SiteTrade<Owner>],
) -> Vec<FeeBase<Owner>> {
    let mut owners = BTreeMap::<&Owner, OwnerSums>::new();
    for trade in trades {
        owners.entry(&trade.owner).or_default().add(trade);
    }
    let net_sales_wh = owners.values().fold(0u128, |sum, owner| sum.saturating_add(owner.net_wh().into()));
    let slot = SlotFee { fee_ueur: protocol_fee_ueur, fee_bp: protocol_fee_bp.into(), net_sales_wh };
    let part = |trade: &SiteTrade<Owner>| {
        let owner = owners.get(&trade.owner)?;
        let (site_wh, own_wh) = (own_wh(trade).into(), owner.own_wh.into());
        let fee_ueur = mul_div(owner.fee_ueur(&slot), site_wh, own_wh);
        let rewarded_wh = u64::try_from(mul_div(owner.rewarded_wh().into(), site_wh, own_wh)).unwrap_or(u64::MAX);
        let (site, zone) = (trade.site, trade.zone);
        (fee_ueur > 0).then(|| FeeBase { site, zone, owner: trade.owner.clone(), rewarded_wh, fee_ueur })
    };
    trades.iter().filter_map(part).collect()
}
