//! Calls whose arguments must fit each other, or have to be signed. A call without an entry here has arguments by their
//! types and names alone. Give it an entry if a run says that it never succeeds.

use super::{
    maker::{Fields, Maker},
    people::{DEVICES, device, point},
    readings,
    shapes::Name,
    world,
};
use crate::{Purse, Runtime, System, configs::Eur};
use codec::{Decode, Encode};
use deren_primitives::{DeviceRole, GatewayId, Side, link_message, rotate_message};
use deren_runtime_apis::Purses;
use frame_support::traits::{
    Get,
    fungible::Inspect,
    tokens::{Fortitude, Preservation},
};
use pallet_deren_matching::{
    Orders, PriceStep, Steps,
    types::{Order, OrderState},
};
use pallet_deren_registry::{GatewaySites, Gateways, Markets, Offers, SiteRecord, Sites};
use sp_core::Pair;

/// Chooses arguments, as many as it cares for. None if there is nothing to call it for.
pub type Make = fn(&mut Maker<'_, '_>) -> Option<Fields>;

/// How to make a call, if its arguments must fit each other.
pub fn maker(name: &Name) -> Option<Make> {
    Some(match (name.pallet.as_str(), name.call.as_str()) {
        ("Metering", "submit") => readings::submit,
        ("Metering", "submit_v2") => readings::submit_v2,
        ("Metering", "report_equivocation") => readings::equivocation,
        ("Metering", "report_equivocation_v2") => readings::equivocation_v2,
        ("Matching", "place_order") => place_order,
        ("Matching", "cancel_order") => cancel_order,
        ("Matching", "resume_order") => resume_order,
        ("Matching", "clear" | "settle" | "void_slot") => next_slot,
        ("Custody", "thaw") => thaw,
        ("Purse", "draw") => draw,
        ("Purse", "fill") => fill,
        ("Rewards", "claim") => claim_reward,
        ("Registry", "approve_point") => approve_point,
        ("Registry", "revoke_point") => revoke_point,
        ("Registry", "register_site") => register_site,
        ("Registry", "resume_site") => resume_site,
        ("Registry", "link_gateway") => link_gateway,
        ("Registry", "register_device") => register_device,
        ("Registry", "rotate_key") => rotate_key,
        ("Registry", "replace_key") => replace_key,
        ("Registry", "unlink_gateway") => unlink_gateway,
        ("Registry", "accept_site") => accept_site,
        ("Registry", "forget_site") => forget_site,
        ("Notice", "withdraw") => withdraw,
        ("OnRamp", "issue") => issue,
        ("OnRamp", "request_payout") => request_payout,
        ("OnRamp", "mark_paid") => mark_paid,
        ("OnRamp", "return_payout") => return_payout,
        ("Registry", "create_zone") => create_zone,
        ("Validators", "ban") => ban,
        ("Validators", "readmit") => readmit,
        ("Validators", "note_stalled") => note_stalled,
        ("Council", "vote" | "close" | "disapprove_proposal" | "kill") => motion,
        _ => return None,
    })
}

fn place_order(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let site = world::site(maker);
    let side = if maker.bytes.one_in(2) { Side::Sell } else { Side::Buy };
    let mut limit_ueur_per_kwh = 40_000 + 1_000 * u32::from(maker.bytes.byte());
    let mut steps = Steps::default();
    // Sometimes all that its owner can pay, so that what it buys leaves too little for the next slots.
    if side == Side::Buy && maker.bytes.one_in(6) {
        let cap_wh = most_wh(&world::owner(site)?, limit_ueur_per_kwh);
        steps.try_push(PriceStep { limit_ueur_per_kwh, cap_wh }).ok()?;
        return Some(vec![("site", site.encode()), ("side", side.encode()), ("steps", steps.encode())]);
    }
    for _ in 0..=maker.bytes.below(3) {
        let cap_wh = 1 + 20 * u32::from(maker.bytes.byte());
        steps.try_push(PriceStep { limit_ueur_per_kwh, cap_wh }).ok()?;
        limit_ueur_per_kwh = match side {
            Side::Sell => limit_ueur_per_kwh + 5_000,
            Side::Buy => limit_ueur_per_kwh.saturating_sub(5_000),
        };
    }
    Some(vec![("site", site.encode()), ("side", side.encode()), ("steps", steps.encode())])
}

/// How much a slot's purchase of this buyer can be at most at this limit.
fn most_wh(buyer: &crate::AccountId, limit_ueur_per_kwh: u32) -> u32 {
    let slots: u32 = <Runtime as pallet_deren_matching::Config>::HoldSlots::get();
    let slot_ueur = free_ueur(buyer) / u128::from(slots);
    u32::try_from(slot_ueur * 1_000 / u128::from(limit_ueur_per_kwh)).unwrap_or(u32::MAX).max(1)
}

/// What is left of this account's euros that can be put on hold.
fn free_ueur(account: &crate::AccountId) -> u128 {
    Eur::reducible_balance(account, Preservation::Preserve, Fortitude::Polite) + Purse::free_ueur(account)
}

/// An order that there is, of which `wanted` is true.
fn order(maker: &mut Maker<'_, '_>, wanted: fn(&OrderState) -> bool) -> Option<Fields> {
    let of_interest = |order: &Order<crate::AccountId>| order.timeline.latest().is_some_and(wanted);
    let mut orders: Vec<_> = Orders::<Runtime>::iter().filter(|(.., order)| of_interest(order)).collect();
    orders.sort_by_key(|(_, key, _)| *key);
    let (_, (site, side), order) = maker.bytes.pick(&orders)?.clone();
    maker.concerned.push(order.owner);
    Some(vec![("site", site.encode()), ("side", side.encode())])
}

fn cancel_order(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    order(maker, |state| !matches!(state, OrderState::Cancelled))
}

fn is_paused(state: &OrderState) -> bool {
    matches!(state, OrderState::Paused(_))
}

fn resume_order(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    order(maker, is_paused)
}

/// An amount of what is free in somebody's purse, mostly all of it.
fn draw(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut filled: Vec<_> = pallet_deren_purse::Purses::<Runtime>::iter().collect();
    filled.retain(|(_, purse)| purse.free_ueur > 0);
    filled.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (who, purse) = maker.bytes.pick(&filled)?.clone();
    maker.concerned.push(who);
    let amount_ueur = if maker.bytes.one_in(3) { purse.free_ueur / 2 + 1 } else { purse.free_ueur };
    Some(vec![("amount_ueur", amount_ueur.encode())])
}

/// An account whose purse is frozen.
fn thaw(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut frozen: Vec<_> = pallet_deren_purse::Purses::<Runtime>::iter().collect();
    frozen.retain(|(_, purse)| purse.is_frozen);
    frozen.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (who, _) = maker.bytes.pick(&frozen)?;
    Some(vec![("who", who.encode())])
}

/// Fills in up to 16 €, of which most people have more.
fn fill(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let amount_ueur = crate::units::EUR / 16 * (1 + u128::from(maker.bytes.byte()));
    Some(vec![("amount_ueur", amount_ueur.encode())])
}

/// Who waits for a reward that could not be delivered.
fn claim_reward(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut waiting: Vec<_> = pallet_deren_rewards::Carried::<Runtime>::iter_keys().collect();
    waiting.sort();
    Some(vec![("owner", maker.bytes.pick(&waiting)?.encode())])
}

/// Euros for anyone, or for somebody whose order waits for them.
fn issue(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    maker.concerned.extend(pallet_deren_on_ramp::OnRamp::<Runtime>::get());
    let paused = Orders::<Runtime>::iter_values().filter(|order| order.timeline.latest().is_some_and(is_paused));
    let mut short: Vec<_> = paused.map(|order| order.owner).collect();
    short.sort();
    let to = maker.bytes.pick(&short).cloned().unwrap_or_else(|| maker.account());
    let amount_ueur = crate::units::EUR * u128::from(maker.bytes.byte());
    Some(vec![("to", to.encode()), ("amount_ueur", amount_ueur.encode())])
}

/// A site that is suspended.
fn resume_site(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let suspended = |site: &SiteRecord<crate::AccountId>| site.active.latest() == Some(&false);
    let mut sites: Vec<_> = Sites::<Runtime>::iter().filter(|(_, site)| suspended(site)).collect();
    sites.sort_by_key(|(id, _)| *id);
    let (id, site) = maker.bytes.pick(&sites)?.clone();
    maker.concerned.extend(Markets::<Runtime>::get(site.market).map(|market| market.operator));
    Some(vec![("site", id.encode())])
}

fn approve_point(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    // What was registered already is refused.
    let named = point(maker.bytes.byte());
    Some(vec![("commitment", named.encode()), ("salted", named.encode()), ("nullifier", named.encode())])
}

/// A point without a site.
fn revoke_point(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (commitment, _) = maker.bytes.pick(&world::free_points())?.clone();
    Some(vec![("commitment", commitment.encode())])
}

fn register_site(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (commitment, owner) = maker.bytes.pick(&world::free_points())?.clone();
    maker.concerned.push(owner);
    Some(vec![("commitment", commitment.encode())])
}

/// The slot that a market clears and settles next.
fn next_slot(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let market = world::market(maker);
    let slot = pallet_deren_matching::Progress::<Runtime>::get(market)?.next;
    Some(vec![("market", market.encode()), ("slot", slot.encode())])
}

fn link_gateway(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let site = world::site(maker);
    let owner: [u8; 32] = world::owner(site)?.into();
    let id = maker.people.gateway(maker.bytes.below(12)).public().0;
    let key = Gateways::<Runtime>::get(GatewayId(id)).map_or(id, |state| state.public_key);
    let expires_unix_s: u64 = 4_000_000_000;
    let code = maker.people.secret(&key)?.sign(&link_message(&world::genesis_hash(), &owner, site, expires_unix_s)).0;
    Some(vec![
        ("site", site.encode()),
        ("gateway", id.encode()),
        ("expires_unix_s", expires_unix_s.encode()),
        ("code", code.encode()),
    ])
}

fn register_device(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let gateway = world::gateway(maker)?;
    let sites = GatewaySites::<Runtime>::get(gateway);
    let site = *maker.bytes.pick(&sites)?;
    maker.concerned.extend(world::owner(site));
    let number = maker.bytes.byte();
    let free = (0..DEVICES).map(|next| device(number.wrapping_add(next)));
    let free = free.into_iter().find(|id| world::owner_of_device(*id).is_none())?;
    let rated_power_w = 500 + 10 * u32::from(maker.bytes.byte());
    let role = *maker.bytes.pick(&DeviceRole::ALL)?;
    Some(vec![
        ("site", site.encode()),
        ("device", free.encode()),
        ("gateway", gateway.encode()),
        ("role", role.encode()),
        ("source", world::source_of(role)),
        ("rated_power_w", rated_power_w.encode()),
        ("register_step_mwh", 1_000u32.encode()),
    ])
}

/// A gateway that is known, the key that it gets, and the signature of the old or the new one.
fn key_change(maker: &mut Maker<'_, '_>, signed_by_the_new: bool) -> Option<(GatewayId, [u8; 32], [u8; 64])> {
    let stopped = Gateways::<Runtime>::iter().find(|(_, state)| signed_by_the_new && !state.active);
    let gateway = stopped.map(|(id, _)| id).or_else(|| world::gateway(maker))?;
    let state = Gateways::<Runtime>::get(gateway)?;
    let new_key = maker.people.gateway(maker.bytes.byte().into()).public().0;
    let signer = maker.people.secret(if signed_by_the_new { &new_key } else { &state.public_key })?;
    let message = rotate_message(&world::genesis_hash(), gateway, state.key_epoch + 1, &new_key);
    Some((gateway, new_key, signer.sign(&message).0))
}

/// That the new key is there, as the new key itself signs it.
fn proof_of(maker: &Maker<'_, '_>, gateway: GatewayId, new_key: &[u8; 32]) -> Option<[u8; 64]> {
    let key_epoch = Gateways::<Runtime>::get(gateway)?.key_epoch + 1;
    Some(maker.people.secret(new_key)?.sign(&rotate_message(&world::genesis_hash(), gateway, key_epoch, new_key)).0)
}

fn rotate_key(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (gateway, new_key, signature) = key_change(maker, false)?;
    let proof = proof_of(maker, gateway, &new_key)?;
    Some(vec![
        ("gateway", gateway.encode()),
        ("new_key", new_key.encode()),
        ("signature", signature.encode()),
        ("proof", proof.encode()),
    ])
}

fn replace_key(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let (gateway, new_key, code) = key_change(maker, true)?;
    maker.concerned.extend(world::owner_of_gateway(gateway.0));
    Some(vec![("gateway", gateway.encode()), ("new_key", new_key.encode()), ("code", code.encode())])
}

/// A gateway and a site to which it is linked.
fn unlink_gateway(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let gateway = world::gateway(maker)?;
    let sites = GatewaySites::<Runtime>::get(gateway);
    let site = *maker.bytes.pick(&sites)?;
    maker.concerned.extend(world::owner(site));
    Some(vec![("site", site.encode()), ("gateway", gateway.encode())])
}

/// A site that is offered, to whom it is.
fn accept_site(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut offers: Vec<_> = Offers::<Runtime>::iter().collect();
    offers.sort();
    let (site, to) = maker.bytes.pick(&offers)?.clone();
    maker.concerned.push(to);
    Some(vec![("site", site.encode())])
}

/// A site of which something is left.
fn forget_site(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut sites: Vec<_> = Sites::<Runtime>::iter_keys().collect();
    sites.sort();
    Some(vec![("site", maker.bytes.pick(&sites)?.encode())])
}

/// An act that is announced.
fn withdraw(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut numbers: Vec<u32> = pallet_deren_notice::Announced::<Runtime>::iter_keys().collect();
    numbers.sort_unstable();
    Some(vec![("number", maker.bytes.pick(&numbers)?.encode())])
}

/// Requests an amount that is not too little, and that most people have.
fn request_payout(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let amount_ueur = crate::units::EUR * (1 + u128::from(maker.bytes.byte() / 8));
    Some(vec![("amount_ueur", amount_ueur.encode())])
}

/// A request that waits, for the on-ramp.
fn mark_paid(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut numbers: Vec<u32> = pallet_deren_on_ramp::Requests::<Runtime>::iter_keys().collect();
    numbers.sort_unstable();
    maker.concerned.extend(pallet_deren_on_ramp::OnRamp::<Runtime>::get());
    Some(vec![("number", maker.bytes.pick(&numbers)?.encode())])
}

/// A request that waits, for anyone.
fn return_payout(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let mut numbers: Vec<u32> = pallet_deren_on_ramp::Requests::<Runtime>::iter_keys().collect();
    numbers.sort_unstable();
    Some(vec![("number", maker.bytes.pick(&numbers)?.encode())])
}

/// A zone below one that there is, for who runs its market.
fn create_zone(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let parent = world::zone(maker);
    let market = pallet_deren_registry::Zones::<Runtime>::get(parent)?.market;
    maker.concerned.push(Markets::<Runtime>::get(market)?.operator);
    let edge = Some((parent, u32::from(maker.bytes.byte()), None::<u64>, None::<u64>));
    Some(vec![("market", market.encode()), ("parent", edge.encode())])
}

/// A validator that serves.
fn ban(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    use pallet_deren_validators::{Roster, types::ValidatorState};
    let roster = Roster::<Runtime>::get();
    let serving: Vec<_> = roster.iter().filter(|(_, state)| matches!(state, ValidatorState::Serving)).collect();
    let (validator, _) = maker.bytes.pick(&serving)?;
    Some(vec![("validator", validator.encode())])
}

/// A validator that is banned.
fn readmit(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    use pallet_deren_validators::{Roster, types::ValidatorState};
    let roster = Roster::<Runtime>::get();
    let banned: Vec<_> = roster.iter().filter(|(_, state)| matches!(state, ValidatorState::Banned { .. })).collect();
    let (validator, _) = maker.bytes.pick(&banned)?;
    Some(vec![("validator", validator.encode())])
}

/// A block that is made already, as the newest that is final.
fn note_stalled(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    let best_finalised = System::block_number().checked_sub(1 + u32::from(maker.bytes.byte() % 4))?;
    Some(vec![("delay", 10u32.encode()), ("best_finalised", best_finalised.encode())])
}

/// A motion that is being voted on, with its number.
fn motion(maker: &mut Maker<'_, '_>) -> Option<Fields> {
    use crate::configs::CouncilCollective;
    let motions = pallet_collective::Proposals::<Runtime, CouncilCollective>::get();
    let hash = *maker.bytes.pick(&motions)?;
    maker.concerned.push(maker.people.account(maker.bytes.below(super::people::COUNCIL)));
    let votes = pallet_collective::Voting::<Runtime, CouncilCollective>::get(hash)?;
    // Its first field is the motion's number, which is compact in calls.
    let index = codec::Compact(u32::decode(&mut &votes.encode()[..]).ok()?).encode();
    Some(vec![
        ("proposal", hash.encode()),
        ("proposal_hash", hash.encode()),
        ("index", index),
        ("approve", (!maker.bytes.one_in(4)).encode()),
        ("length_bound", codec::Compact(100_000u32).encode()),
    ])
}
