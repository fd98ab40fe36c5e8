//! Whether fee bases are right, found without working them out: by products alone, and with nothing of what made them.

use super::{FeeBase, SiteTrade};
use alloc::collections::BTreeMap;
use core::fmt;
use deren_primitives::SiteId;

/// What is wrong with fee bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BasesFault {
    /// A fee base of a site that did not sell, of another owner or zone, or out of order.
    NotOfASeller(SiteId),
    /// An owner has more than its part: of the slot's fee, or of the fee on what others paid it.
    TooMuch(SiteId),
    /// An owner has less than its part, by more than rounding.
    TooLittle(SiteId),
    /// More energy is rewarded than was produced and sold to others, or less by more than rounding.
    Energy(SiteId),
    /// All fee bases together are more than the slot's protocol fee.
    Sum,
    /// A number is larger than any that a market makes.
    TooLarge,
}

impl fmt::Display for BasesFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOfASeller(site) => write!(f, "site {site}: a fee base, but its owner did not sell there"),
            Self::TooMuch(site) => write!(f, "site {site}: its owner's fee base is more than others paid in fees"),
            Self::TooLittle(site) => write!(f, "site {site}: its owner's fee base is too small"),
            Self::Energy(site) => write!(f, "site {site}: the rewarded energy is not what its owner sold to others"),
            Self::Sum => write!(f, "the fee bases are more than the slot's protocol fee"),
            Self::TooLarge => write!(f, "a sum is larger than any market makes"),
        }
    }
}

impl core::error::Error for BasesFault {}

/// An owner as the check sees it.
#[derive(Clone, Copy, Debug)]
struct Account {
    /// One of its sites, to name it by.
    site: SiteId,
    sold_less_bought_wh: i128,
    produced_and_sold_wh: i128,
    received_less_paid_ueur: i128,
    /// How many of its parts were rounded.
    parts: i128,
    fee_ueur: i128,
    rewarded_wh: i128,
}

impl Account {
    /// What others bought of it; 0 if it bought more.
    fn net_wh(&self) -> i128 {
        self.sold_less_bought_wh.max(0)
    }
}

/// Proves `bases` right for a slot's fee and trades, or gives the first fault.
pub fn verify_fee_bases<Owner: Ord>(
    protocol_fee_ueur: u128,
    protocol_fee_bp: u16,
    trades: &[SiteTrade<Owner>],
    bases: &[FeeBase<Owner>],
) -> Result<(), BasesFault> {
    let mut accounts = open(trades)?;
    read(trades, bases, &mut accounts)?;
    let all_wh = accounts.values().map(Account::net_wh).sum::<i128>();
    let fee_ueur = signed(protocol_fee_ueur)?;
    if accounts.values().map(|account| account.fee_ueur).sum::<i128>() > fee_ueur {
        return Err(BasesFault::Sum);
    }
    accounts.values().try_for_each(|account| check(account, fee_ueur, protocol_fee_bp.into(), all_wh))
}

/// A number that is small enough for every product here.
fn signed(number: u128) -> Result<i128, BasesFault> {
    i64::try_from(number).map(i128::from).map_err(|_| BasesFault::TooLarge)
}

/// The owners with the sums of their trades.
fn open<Owner: Ord>(trades: &[SiteTrade<Owner>]) -> Result<BTreeMap<&Owner, Account>, BasesFault> {
    let mut accounts = BTreeMap::new();
    for trade in trades {
        let account = accounts.entry(&trade.owner).or_insert(Account {
            site: trade.site,
            sold_less_bought_wh: 0,
            produced_and_sold_wh: 0,
            received_less_paid_ueur: 0,
            parts: 0,
            fee_ueur: 0,
            rewarded_wh: 0,
        });
        let more = |sum: i128, by: i128| sum.checked_add(by).ok_or(BasesFault::TooLarge);
        let own = signed(trade.produced_wh.min(trade.sold_wh).into())?;
        let net = signed(trade.sold_wh.into())?.saturating_sub(signed(trade.bought_wh.into())?);
        let money = signed(trade.received_ueur)?.saturating_sub(signed(trade.paid_ueur)?);
        account.sold_less_bought_wh = more(account.sold_less_bought_wh, net)?;
        account.produced_and_sold_wh = more(account.produced_and_sold_wh, own)?;
        account.received_less_paid_ueur = more(account.received_less_paid_ueur, money)?;
        account.parts = more(account.parts, i128::from(own > 0))?;
    }
    Ok(accounts)
}

/// Adds what the bases give, each of which must belong to a trade, in the trades' order.
fn read<Owner: Ord>(
    trades: &[SiteTrade<Owner>],
    bases: &[FeeBase<Owner>],
    accounts: &mut BTreeMap<&Owner, Account>,
) -> Result<(), BasesFault> {
    let mut left = trades.iter();
    for base in bases {
        let fault = BasesFault::NotOfASeller(base.site);
        let of = |trade: &&SiteTrade<Owner>| {
            trade.site == base.site && trade.sold_wh > 0 && trade.zone == base.zone && trade.owner == base.owner
        };
        let trade = left.find(of).ok_or(fault)?;
        if base.rewarded_wh > trade.sold_wh || base.rewarded_wh > trade.produced_wh || base.fee_ueur == 0 {
            return Err(BasesFault::Energy(base.site));
        }
        let account = accounts.get_mut(&trade.owner).ok_or(fault)?;
        account.fee_ueur = account.fee_ueur.saturating_add(signed(base.fee_ueur)?);
        account.rewarded_wh = account.rewarded_wh.saturating_add(signed(base.rewarded_wh.into())?);
    }
    Ok(())
}

/// An owner's fee base is the smaller of its two bounds, less at most 1 µ€ for each part.
fn check(account: &Account, fee_ueur: i128, fee_bp: i128, all_wh: i128) -> Result<(), BasesFault> {
    let times = |left: i128, right: i128| left.checked_mul(right).ok_or(BasesFault::TooLarge);
    let net_wh = account.net_wh();
    let energy_wh = net_wh.min(account.produced_and_sold_wh);
    let is_whole = account.parts > 1 || account.fee_ueur == 0 || account.rewarded_wh == energy_wh;
    if account.rewarded_wh > energy_wh || !is_whole {
        return Err(BasesFault::Energy(account.site));
    }
    let of_fee = times(fee_ueur, energy_wh)?;
    let of_receipts = times(times(account.received_less_paid_ueur.max(0), fee_bp)?, energy_wh)?;
    let per_receipts = times(10_000, net_wh)?;
    let is_within = |fee: i128| Ok(times(fee, all_wh)? <= of_fee && times(fee, per_receipts)? <= of_receipts);
    if account.fee_ueur > 0 && !is_within(account.fee_ueur)? {
        return Err(BasesFault::TooMuch(account.site));
    }
    if energy_wh > 0 && is_within(account.fee_ueur.saturating_add(account.parts))? {
        return Err(BasesFault::TooLittle(account.site));
    }
    Ok(())
}
