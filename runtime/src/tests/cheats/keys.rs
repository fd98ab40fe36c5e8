//! Keys that were misused, and those who decide.

use super::{
    super::{
        chain::{begin_block, gateway_key, on_preset},
        consensus::{offend, serves, set_new_keys},
        production::begins_with_a_council_of,
        queries,
        submission::{gateway, genesis_hash},
    },
    before::POINT_W,
    table_says,
    world::{Chain, DAY, Home, ROOT, SLOTS_A_DAY, Shown, by, person},
};
use crate::{
    Metering, Registry, RuntimeEvent, Session,
    configs::NoticeBlocks,
    genesis::LOCAL,
    units::{ACCOUNTABLE_SESSIONS, BLOCKS_PER_DAY},
};
use deren_primitives::{DeviceRole::Grid, rotate_message};
use frame_support::traits::Get;
use pallet_deren_registry::USUAL_REGISTER_STEP_MWH;
use sp_core::Pair;
use sp_keyring::Sr25519Keyring::Bob;

/// By the first rules a proof was judged by the key of now, and a rotation cost 0.01 REN.
#[test]
fn two_readings_for_one_slot() {
    let holds = Chain::run(|chain| {
        let home = Home::at(1, &person(1), ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        chain.go_to(DAY.next());
        let [one, other] = [1_000, 2_000].map(|wh| home.clone().batch(DAY, &Shown::bought(wh)).0.readings[0].clone());
        let (named, new_key) = (gateway(&home.key), gateway_key(99));
        let message = rotate_message(&genesis_hash(), named, 1, &new_key.public().0);
        let [signature, proof] = [&home.key, &new_key].map(|key| key.sign(&message).0);
        Registry::rotate_key(by(&home.owner), named, new_key.public().0, signature, proof).expect("both keys signed");
        Metering::report_equivocation(by(&person(2)), named, 0, Box::new(one), Box::new(other)).is_ok()
    });
    let after = if holds { "the proof holds" } else { "the proof is void" };
    table_says("equivocate as a gateway, then rotate the key", "the proof is void", after);
}

/// Of the sessions of a week. By the first rules two sessions later the new keys were in force, and the ban was gone.
#[test]
fn a_validator_that_equivocates() {
    let served = on_preset(LOCAL, || {
        begin_block();
        offend(&[Bob]);
        set_new_keys(Bob);
        let served = |_: &u32| {
            let serves = serves(Bob);
            Session::rotate_session();
            serves
        };
        (0..ACCOUNTABLE_SESSIONS).filter(served).count() as u32
    });
    let shown = |sessions: u32| format!("{sessions} of {ACCOUNTABLE_SESSIONS} sessions served");
    table_says("equivocate as a validator, then set new keys", shown(ACCOUNTABLE_SESSIONS - 2), shown(served));
}

/// A new runtime among it. Where genesis set nothing, the design's parameters hold.
#[test]
fn what_the_council_decides() {
    let blocks: u32 = sp_io::TestExternalities::default().execute_with(NoticeBlocks::get);
    let shown = |days: u32| format!("{days} days' notice");
    table_says("let the council change everything", shown(0), shown(blocks / BLOCKS_PER_DAY));
}

/// Two of three members are needed, so that with a council of three nobody decides alone.
#[test]
fn who_decides_alone() {
    let least = (1..=10u8).find(|members| begins_with_a_council_of(*members)).expect("ten are enough");
    let shown = |members: u8| format!("a council of {members}");
    table_says("begin a chain in which one decides alone", shown(1), shown(least));
}

#[test]
fn a_dear_question() {
    let is_answered = on_preset(LOCAL, || {
        queries::end_development();
        queries::check().is_ok()
    });
    let after = if is_answered { "open to anyone" } else { "refused" };
    table_says("let a node check all state for nothing", "open to anyone", after);
}

/// Each accepted reading is an event with a home's registers, as it was by the first rules.
#[test]
fn what_everybody_can_read() {
    let shown = |events: usize| format!("{} quarter-hours", events * SLOTS_A_DAY as usize);
    let events = Chain::run(|chain| {
        let mut home = Home::at(1, &person(1), ROOT, POINT_W).with(&[Grid], USUAL_REGISTER_STEP_MWH);
        chain.go_to(DAY.next());
        home.read(DAY, &Shown::bought(1_000));
        let of_readings = super::super::chain::events(|event| match event {
            RuntimeEvent::Metering(pallet_deren_metering::Event::ReadingAccepted { reading, .. }) => {
                Some(reading.registers.import_wh())
            }
            _ => None,
        });
        of_readings.iter().filter(|import_wh| **import_wh == Some(1_000)).count()
    });
    table_says("read from the chain when a home is away", shown(1), shown(events));
}
