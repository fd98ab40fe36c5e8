//! Products of two 128-bit numbers, divided by a third, exactly. It must never round up.

/// The lower half of a number.
const LOW: u128 = u64::MAX as u128;

/// `floor(amount × times / of)`, exact for all numbers; 0 if `of` is 0, and the largest number if it does not fit.
pub(crate) fn mul_div(amount: u128, times: u128, of: u128) -> u128 {
    if of == 0 {
        return 0;
    }
    let (high, low) = product(amount, times);
    if high == 0 {
        return low.checked_div(of).unwrap_or(0);
    }
    if high >= of {
        return u128::MAX;
    }
    long_division(high, low, of)
}

/// The product's upper and lower 128 bits, from four products of halves.
fn product(left: u128, right: u128) -> (u128, u128) {
    let halves = |number: u128| (number >> 64, number & LOW);
    let ((left_high, left_low), (right_high, right_low)) = (halves(left), halves(right));
    // Each is a product of two 64-bit numbers and fits; so do the sums, which are below 3 × 2⁶⁴.
    let lowest = left_low.saturating_mul(right_low);
    let (cross, other) = (left_high.saturating_mul(right_low), left_low.saturating_mul(right_high));
    let middle = (lowest >> 64).saturating_add(cross & LOW).saturating_add(other & LOW);
    let high = left_high.saturating_mul(right_high);
    let high = high.saturating_add(cross >> 64).saturating_add(other >> 64).saturating_add(middle >> 64);
    (high, (middle & LOW) << 64 | lowest & LOW)
}

/// `floor((high × 2¹²⁸ + low) / of)` for `high < of`, bit by bit.
fn long_division(high: u128, low: u128, of: u128) -> u128 {
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..u128::BITS).rev() {
        let carries = rest >> 127 == 1;
        rest = rest << 1 | low >> bit & 1;
        if carries || rest >= of {
            // What carried is 2¹²⁸, so that the difference is right and below `of`.
            rest = rest.wrapping_sub(of);
            quotient |= 1 << bit;
        }
    }
    quotient
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_products_divide_exactly() {
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), u128::MAX);
        assert_eq!(mul_div(u128::MAX, 2, 4), u128::MAX / 2);
        assert_eq!(mul_div(1 << 127, 6, 9), 113_427_455_640_312_821_154_458_202_477_256_070_485);
        assert_eq!((mul_div(7, 3, 2), mul_div(7, 3, 0), mul_div(u128::MAX, 3, 2)), (10, 0, u128::MAX));
    }

    proptest! {
        /// The quotient times the divisor is the product but for a rest that is smaller than the divisor.
        #[test]
        fn the_rest_is_smaller_than_the_divisor(amount: u128, times: u128, of in 1..=u128::MAX) {
            let (high, low) = product(amount, times);
            prop_assume!(high < of);
            let (back_high, back_low) = product(mul_div(amount, times, of), of);
            let (rest, borrows) = low.overflowing_sub(back_low);
            prop_assert_eq!(back_high + u128::from(borrows), high);
            prop_assert!(rest < of);
        }

        #[test]
        fn small_products_are_as_usual(amount: u64, times: u64, of in 1..u64::MAX) {
            let exact = u128::from(amount) * u128::from(times) / u128::from(of);
            prop_assert_eq!(mul_div(amount.into(), times.into(), of.into()), exact);
        }
    }
}
