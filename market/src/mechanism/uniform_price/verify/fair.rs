//! Whether shares are those of the largest remainder, then id, found without dividing anything anew.

/// Reads the shares of one amount in any order, then says whether they are right. It needs no room for them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fairness {
    amount_wh: u128,
    asked_wh: u128,
    /// Of those with a Wh more than their rounded-down share, the one with the least claim to it.
    last_served: Option<Claim>,
    /// Of those without, the one with the most.
    first_unserved: Option<Claim>,
}

/// A claim to one Wh more: smaller is stronger. (What the remainder lacks, id.)
type Claim = (u128, u64);

impl Fairness {
    /// For shares that add up to `amount_wh`, of parts that ask for `asked_wh` together.
    pub fn new(amount_wh: u64, asked_wh: u64) -> Self {
        Self { amount_wh: amount_wh.into(), asked_wh: asked_wh.into(), ..Self::default() }
    }

    /// Reads one share. False if it is not the proportion, rounded down or up.
    #[must_use]
    pub fn read(&mut self, id: u64, asked_wh: u64, share_wh: u64) -> bool {
        let product = self.amount_wh.saturating_mul(asked_wh.into());
        let (Some(floor), Some(remainder)) = (product.checked_div(self.asked_wh), product.checked_rem(self.asked_wh))
        else {
            return share_wh == 0;
        };
        let claim = (self.asked_wh.saturating_sub(remainder), id);
        let share_wh = u128::from(share_wh);
        if share_wh == floor {
            self.first_unserved = Some(self.first_unserved.map_or(claim, |first| first.min(claim)));
            true
        } else {
            self.last_served = Some(self.last_served.map_or(claim, |last| last.max(claim)));
            share_wh == floor.saturating_add(1)
        }
    }

    /// The id of one who should have had a Wh that another has.
    pub fn passed_over(&self) -> Option<u64> {
        let (unserved, served) = (self.first_unserved?, self.last_served?);
        (unserved < served).then_some(unserved.1)
    }
}
