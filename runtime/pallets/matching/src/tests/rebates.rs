//! Rent and dust come back to the buyers of an era.

use super::{mock::*, world::*};
use frame_support::assert_ok;

/// A cheap feeder behind a narrow edge: site 2 sells there, site 1 buys above it.
fn narrow_edge() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0), below(1, 0, 1_000, Some(300))], &[(1, 0), (2, 1)]);
    world(|world| world.protocol_fee_bp = 1_000);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1_000)]));
        assert_ok!(sell(2, &[(100_000, 1_000)]));
        close(START);
        settle_through(START);
    });
    ext
}

#[test]
fn rent_comes_back_to_the_buyers_of_an_era() {
    narrow_edge().execute_with(|| {
        let (mut paid, mut fees, mut rent) = (0, 0, 0);
        // Slots 100 to 103 are an era.
        for slot in START + 1..=START + 3 {
            measure(1, slot, -1_000);
            measure(2, slot, 1_000);
            let summary = trade(slot);
            paid += summary.paid_ueur;
            fees += summary.protocol_fee_ueur;
            rent += summary.congestion_rent_ueur + summary.dust_ueur;
        }
        (0..3).for_each(|_| next_block());
        assert!(rent > fees && fees > 0, "rent {rent}, fees {fees}");
        // All of the fees came back, and not a µ€ more.
        let spent = PURSE - free(&account(1)) - held(&account(1));
        assert_eq!(spent, paid - fees);
    });
}
