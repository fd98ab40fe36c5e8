//! Files say again what was read, and no text makes reading panic.

use super::runner::MARKET;
use deren_market::{Outcome, clear, file::Market};
use proptest::prelude::*;

#[test]
fn a_market_file_and_its_result_survive_writing_and_reading() {
    let market = Market::from_json(MARKET.as_bytes()).expect("a market");
    let again = Market::from_json(market.to_json().expect("JSON").as_bytes()).expect("a market");
    assert_eq!(market, again);
    let outcome = clear(&market.network, &market.steps).expect("clears");
    let again = Outcome::from_json(outcome.to_json().expect("JSON").as_bytes()).expect("a result");
    assert_eq!(outcome, again);
}

proptest! {
    #[test]
    fn a_changed_byte_is_read_or_refused(at: prop::sample::Index, byte: u8) {
        let mut text = MARKET.as_bytes().to_vec();
        *at.get_mut(&mut text) = byte;
        if let Ok(market) = Market::from_json(&text) {
            prop_assert!(clear(&market.network, &market.steps).is_ok());
        }
    }

    #[test]
    fn a_cut_file_is_refused(length in 0..400usize) {
        let text = MARKET.as_bytes();
        let cut = &text[..length.min(text.len() - 1)];
        prop_assert!(Market::from_json(cut).is_err());
    }
}
