//! What must hold after each block, the pallets' own invariants and the totals of both kinds of money.

use crate::{Balances, Runtime, RuntimeEvent, check_invariants};

/// REN as a second set of books: what there was, plus what events say was made, less what they say is gone.
#[derive(Clone, Copy, Debug)]
pub struct Books {
    ren: u128,
}

impl Books {
    /// Of the state as it is.
    pub fn open() -> Self {
        Self { ren: Balances::total_issuance() }
    }

    /// Takes a block's events into the books and compares them with the state. A panic says what is wrong.
    pub fn close_block<'a>(&mut self, events: impl IntoIterator<Item = &'a RuntimeEvent>) {
        use pallet_balances::Event;
        let (mut made, mut gone, mut of_ren) = (0u128, 0u128, Vec::new());
        for event in events {
            let RuntimeEvent::Balances(event) = event else { continue };
            of_ren.push(event);
            match event {
                Event::Minted { amount, .. } | Event::Issued { amount } => made += amount,
                Event::Burned { amount, .. }
                | Event::Rescinded { amount }
                | Event::DustLost { amount, .. }
                | Event::BurnedHeld { amount, .. } => gone += amount,
                _ => {}
            }
        }
        self.ren = (self.ren + made).checked_sub(gone).expect("no more REN goes than there is");
        assert_eq!(Balances::total_issuance(), self.ren, "REN that was made, less what is gone: {of_ren:?}");
    }
}

/// All invariants of the runtime, and that accounts have all the REN that there is. A panic says which is violated.
pub fn check() {
    if let Err(violation) = check_invariants() {
        panic!("an invariant is violated: {violation}");
    }
    let of_accounts: u128 =
        frame_system::Account::<Runtime>::iter_values().map(|account| account.data.free + account.data.reserved).sum();
    assert_eq!(of_accounts, Balances::total_issuance(), "REN of all accounts, and REN in all");
}
