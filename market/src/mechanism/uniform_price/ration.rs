//! Shares of what is scarce: largest remainder, then id. It must never give anyone more than it asks for.

/// One who asks for a share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The last tie-breaker: the smaller wins.
    pub id: u64,
    /// Whose part it is, for the caller.
    pub owner: usize,
    /// How much it asks for, in Wh.
    pub asked_wh: u64,
    /// How much it gets; [`divide`] writes it.
    pub share_wh: u64,
    /// What the division left of its share, in `1 / sum asked` Wh.
    remainder: u64,
}

impl Part {
    /// A part that has nothing yet.
    pub fn new(id: u64, owner: usize, asked_wh: u64) -> Self {
        Self { id, owner, asked_wh, share_wh: 0, remainder: 0 }
    }
}

/// Divides `amount_wh` among the parts in proportion to what they ask for, each rounded down. What is then left goes by
/// one Wh each to those with the largest remainders, by id among equals. If there is enough for everybody, each part
/// gets exactly what it asks for. The parts' order is not kept.
pub(crate) fn divide(amount_wh: u64, parts: &mut [Part]) {
    let asked_wh = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.asked_wh));
    if amount_wh >= asked_wh {
        parts.iter_mut().for_each(|part| part.share_wh = part.asked_wh);
        return;
    }
    let mut left_wh = amount_wh;
    for part in parts.iter_mut() {
        (part.share_wh, part.remainder) = proportion(amount_wh, part.asked_wh, asked_wh);
        left_wh = left_wh.saturating_sub(part.share_wh);
    }
    // The remainders sum to left × asked, and each is less than asked. So more than `left` of them are not 0, and such
    // a part has not yet what it asks for.
    let Ok(left) = usize::try_from(left_wh) else { return };
    if left == 0 || left >= parts.len() {
        return;
    }
    parts.select_nth_unstable_by(left, |a, b| b.remainder.cmp(&a.remainder).then(a.id.cmp(&b.id)));
    for part in parts.iter_mut().take(left) {
        part.share_wh = part.share_wh.saturating_add(1);
    }
}

/// `amount × asked / sum`, rounded down, and the remainder; for `amount < sum`.
fn proportion(amount: u64, asked: u64, sum: u64) -> (u64, u64) {
    // 64 bits mostly do, and divide several times faster.
    if let Some(product) = amount.checked_mul(asked) {
        return (product.checked_div(sum).unwrap_or(0), product.checked_rem(sum).unwrap_or(0));
    }
    let (product, sum) = (u128::from(amount).saturating_mul(u128::from(asked)), u128::from(sum));
    let narrow = |wide: Option<u128>| wide.and_then(|wide| u64::try_from(wide).ok()).unwrap_or(0);
    (narrow(product.checked_div(sum)), narrow(product.checked_rem(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(amount: u64, asked: &[u64]) -> Vec<u64> {
        let mut parts: Vec<_> = asked.iter().enumerate().map(|(i, wh)| Part::new(i as u64, i, *wh)).collect();
        divide(amount, &mut parts);
        parts.sort_by_key(|part| part.owner);
        parts.iter().map(|part| part.share_wh).collect()
    }

    #[test]
    fn the_largest_remainder_gets_what_is_left() {
        // 10 of 7 + 5 + 3: 4.67, 3.33, 2.00.
        assert_eq!(shares(10, &[7, 5, 3]), [5, 3, 2]);
    }

    #[test]
    fn among_equals_the_smaller_id_gets_what_is_left() {
        assert_eq!(shares(4, &[3, 3, 3]), [2, 1, 1]);
        assert_eq!(shares(5, &[3, 3, 3]), [2, 2, 1]);
    }

    #[test]
    fn nobody_gets_more_than_asked_for() {
        assert_eq!(shares(100, &[7, 0, 3]), [7, 0, 3]);
        assert_eq!(shares(0, &[7, 3]), [0, 0]);
        assert_eq!(shares(5, &[]), Vec::<u64>::new());
    }

    #[test]
    fn sums_above_64_bits_are_exact() {
        let most = u64::MAX / 4;
        assert_eq!(shares(most, &[most, most, most]), [most / 3, most / 3, most / 3]);
        assert_eq!(shares(most - 1, &[most, most]), [most / 2, most / 2]);
    }

    proptest! {
        #[test]
        fn shares_are_the_whole_and_within_one_of_proportion(
            asked in prop::collection::vec(0..1u64 << 40, 1..40), per_mille in 0..=1000u64
        ) {
            let sum: u64 = asked.iter().sum();
            let amount = (u128::from(sum) * u128::from(per_mille) / 1000) as u64;
            let shares = shares(amount, &asked);
            prop_assert_eq!(shares.iter().sum::<u64>(), amount);
            for (share, asked) in shares.iter().zip(&asked) {
                let exact = u128::from(amount) * u128::from(*asked);
                prop_assert!(share <= asked);
                prop_assert!(u128::from(*share) * u128::from(sum) < exact + u128::from(sum.max(1)));
                prop_assert!((u128::from(*share) + 1) * u128::from(sum) > exact || sum == 0);
            }
        }

        #[test]
        fn the_order_of_arrival_does_not_matter(
            (asked, shuffled) in prop::collection::vec(0..50u64, 1..20).prop_map(|asked| {
                asked.iter().enumerate().map(|(i, wh)| Part::new(i as u64, i, *wh)).collect::<Vec<_>>()
            }).prop_flat_map(|parts| (Just(parts.clone()), Just(parts).prop_shuffle())),
            amount in 0..500u64
        ) {
            let (mut asked, mut shuffled) = (asked, shuffled);
            divide(amount, &mut asked);
            divide(amount, &mut shuffled);
            asked.sort_by_key(|part| part.id);
            shuffled.sort_by_key(|part| part.id);
            prop_assert_eq!(asked, shuffled);
        }
    }
}
