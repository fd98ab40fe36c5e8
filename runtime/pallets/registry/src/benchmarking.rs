//! Measures what each call costs, in its worst case and with real signatures: the benchmarks' keystore signs.

use crate::{
    Call, Config, Deposits, DeviceRecord, Devices, GatewayDevices, GatewaySites, GatewayState, Gateways,
    MAX_DEVICES_PER_SITE, MAX_GATEWAYS_PER_SITE, MAX_ZONES_PER_CLOSING, Markets, Membership, NextSite, Pallet,
    PointTerms, Points, SiteDevices, SiteGateways, SiteRecord, Sites, Zones,
};
use alloc::vec::Vec;
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, Signature, SiteId, Slot, Source, Sources, Timeline, ZoneId,
    link_message, point_commitment, rotate_message,
};
use deren_runtime_apis::BenchmarkRegistry;
use frame_benchmarking::{account, v2::*};
use frame_support::{
    BoundedVec,
    traits::{EnsureOrigin, Get},
};
use frame_system::RawOrigin;
use sp_core::{H256, crypto::KeyTypeId};

const KEYS: KeyTypeId = KeyTypeId(*b"bnch");
const MARKET: MarketId = MarketId(0);
const POWER_W: u32 = 10_000;
/// More than any benchmark's deposits.
const DEPOSITS_UEUR: u128 = 1_000_000_000;

fn new_key() -> PublicKey {
    sp_io::crypto::ed25519_generate(KEYS, None).0
}

fn sign(key: &PublicKey, message: &[u8]) -> Signature {
    let key = sp_core::ed25519::Public::from_raw(*key);
    sp_io::crypto::ed25519_sign(KEYS, &key, message).map_or([0; 64], |signature| signature.0)
}

fn operator<T: Config>() -> T::AccountId {
    account("operator", 0, 0)
}

fn owner<T: Config>() -> T::AccountId {
    account("owner", 0, 0)
}

fn commitment(n: u32) -> H256 {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    H256(bytes)
}

/// The name of point `n` on the chain.
fn named(n: u32) -> H256 {
    H256(point_commitment(MARKET, commitment(n).as_fixed_bytes()))
}

fn terms() -> PointTerms {
    PointTerms::new(POWER_W, Sources::ALL)
}

fn device(n: u32) -> DeviceId {
    let mut id = [0xd0; 32];
    id[..4].copy_from_slice(&n.to_le_bytes());
    DeviceId(id)
}

/// A market with a root and a feeder; operator and owner have money for deposits.
fn with_market<T: Config>() -> Result<(), BenchmarkError> {
    T::Deposits::endow(&operator::<T>(), DEPOSITS_UEUR);
    T::Deposits::endow(&owner::<T>(), DEPOSITS_UEUR);
    Pallet::<T>::do_create_market(operator::<T>(), 15, 100, 50_000)?;
    Pallet::<T>::do_create_zone(operator::<T>(), MARKET, None)?;
    Pallet::<T>::do_create_zone(operator::<T>(), MARKET, Some((ZoneId(0), 1, None, None)))?;
    Ok(())
}

/// Site `n` on the feeder.
fn with_site<T: Config>(n: u32) -> Result<SiteId, BenchmarkError> {
    let point = commitment(n);
    Pallet::<T>::do_approve_point(operator::<T>(), ZoneId(1), point, point, owner::<T>(), terms())?;
    Pallet::<T>::do_register_site(owner::<T>(), named(n))?;
    Ok(SiteId(n))
}

/// An active gateway that is linked to these sites and reads these devices.
fn put_gateway<T: Config>(key: PublicKey, sites: Vec<SiteId>, devices: Vec<DeviceId>) -> GatewayId {
    let gateway = GatewayId(key);
    Gateways::<T>::insert(gateway, GatewayState { public_key: key, key_epoch: 0, active: true });
    for site in &sites {
        let _ = SiteGateways::<T>::try_append(site, gateway);
    }
    GatewaySites::<T>::insert(gateway, BoundedVec::truncate_from(sites));
    GatewayDevices::<T>::insert(gateway, BoundedVec::truncate_from(devices));
    gateway
}

fn put_device<T: Config>(site: SiteId, gateway: GatewayId, member: Membership) {
    let Membership { device, role, from, until } = member;
    let record = DeviceRecord {
        site,
        market: MARKET,
        zone: ZoneId(1),
        role,
        source: (role == DeviceRole::Production).then_some(Source::Solar),
        rated_power_w: POWER_W / 16,
        register_step_mwh: 1,
        gateway,
        from,
        until,
    };
    Devices::<T>::insert(device, record);
    let _ = SiteDevices::<T>::try_append(site, member);
}

impl<T: Config> BenchmarkRegistry for Pallet<T> {
    fn fill(gateway: GatewayId, devices: &[DeviceId], from: Slot) -> MarketId {
        put_gateway::<T>(gateway.0, Vec::new(), devices.to_vec());
        for (site, device) in (0..).map(SiteId).zip(devices) {
            let record = SiteRecord {
                owner: Timeline::starting(from, owner::<T>()),
                market: MARKET,
                zone: ZoneId(1),
                commitment: commitment(site.0),
                active: Timeline::starting(from, true),
                closed: None,
            };
            Sites::<T>::insert(site, record);
            let member = Membership { device: *device, role: DeviceRole::Production, from, until: None };
            put_device::<T>(site, gateway, member);
        }
        MARKET
    }
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
    T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

/// What a key change is signed over.
fn handover<T: Config>(gateway: GatewayId, new_key: &PublicKey) -> Result<Vec<u8>, BenchmarkError> {
    Ok(rotate_message(&Pallet::<T>::genesis()?, gateway, 1, new_key))
}

/// 16 devices, of as many gateways as a site has.
fn full_site<T: Config>() -> Result<SiteId, BenchmarkError> {
    with_market::<T>()?;
    let site = with_site::<T>(0)?;
    for n in 0..MAX_DEVICES_PER_SITE {
        let key = if n < MAX_GATEWAYS_PER_SITE { new_key() } else { [1; 32] };
        let gateway = put_gateway::<T>(key, alloc::vec![site], alloc::vec![device(n)]);
        let role = DeviceRole::Production;
        put_device::<T>(site, gateway, Membership { device: device(n), role, from: Slot(0), until: None });
    }
    Ok(site)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn create_market() -> Result<(), BenchmarkError> {
        let origin = admin::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, operator::<T>(), 15, 100, 50_000);
        assert!(Markets::<T>::contains_key(MARKET));
        Ok(())
    }

    #[benchmark]
    fn update_market() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let origin = admin::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, MARKET, owner::<T>(), 15, 200, 50_000);
        assert_eq!(Markets::<T>::get(MARKET).map(|market| market.operator), Some(owner::<T>()));
        Ok(())
    }

    #[benchmark]
    fn authorize_upgrade() -> Result<(), BenchmarkError> {
        let origin = admin::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, T::Hash::default());
        Ok(())
    }

    #[benchmark]
    fn create_zone() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), MARKET, Some((ZoneId(1), 1, Some(1), Some(1))));
        assert!(Zones::<T>::contains_key(ZoneId(2)));
        Ok(())
    }

    #[benchmark]
    fn set_edge() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), ZoneId(1), 2, Some(1), Some(1));
        Ok(())
    }

    #[benchmark]
    fn approve_point() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), ZoneId(1), commitment(0), commitment(0), owner::<T>(), terms());
        assert!(Points::<T>::contains_key(named(0)));
        Ok(())
    }

    #[benchmark]
    fn register_site() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let salted = commitment(0);
        Pallet::<T>::do_approve_point(operator::<T>(), ZoneId(1), salted, salted, owner::<T>(), terms())?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), named(0));
        assert_eq!(NextSite::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn suspend_site() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), site);
        Ok(())
    }

    #[benchmark]
    fn resume_site() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        Pallet::<T>::do_set_active(operator::<T>(), site, false)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), site);
        Ok(())
    }

    #[benchmark]
    fn link_gateway() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        let key = new_key();
        let bytes = Pallet::<T>::account_bytes(&owner::<T>())?;
        let code = sign(&key, &link_message(&Pallet::<T>::genesis()?, &bytes, site, u64::MAX));
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site, key, u64::MAX, code);
        assert!(Gateways::<T>::contains_key(GatewayId(key)));
        Ok(())
    }

    /// The site's list is full of devices that can be forgotten, and the new grid meter replaces another.
    #[benchmark]
    fn register_device() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        let others = (1_000..).map(device).take(T::MaxDevicesPerGateway::get().saturating_sub(2) as usize);
        let sites = (1_000..).map(SiteId).take(T::MaxSitesPerGateway::get().saturating_sub(1) as usize);
        let grid = device(0);
        let gateway = put_gateway::<T>(new_key(), sites.chain([site]).collect(), others.chain([grid]).collect());
        for n in 1..MAX_DEVICES_PER_SITE {
            let (from, until) = (Slot(0), Some(Slot(0)));
            let member = Membership { device: device(n), role: DeviceRole::Production, from, until };
            put_device::<T>(site, gateway, member);
        }
        let member = Membership { device: grid, role: DeviceRole::Grid, from: Slot(0), until: None };
        put_device::<T>(site, gateway, member);
        let new = device(77);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site, new, DeviceRole::Grid, None, POWER_W, 1, gateway);
        // Who was replaced may be forgotten at once: at genesis no slot waits for its settlement.
        let members = SiteDevices::<T>::get(site);
        assert!(members.len() <= 2 && members.iter().any(|member| member.device == new));
        Ok(())
    }

    #[benchmark]
    fn remove_device() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        let devices: Vec<_> = (0..T::MaxDevicesPerGateway::get()).map(device).collect();
        let gateway = put_gateway::<T>(new_key(), alloc::vec![site], devices);
        for n in 0..MAX_DEVICES_PER_SITE {
            let role = DeviceRole::Production;
            put_device::<T>(site, gateway, Membership { device: device(n), role, from: Slot(0), until: None });
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), device(MAX_DEVICES_PER_SITE - 1));
        Ok(())
    }

    #[benchmark]
    fn rotate_key() -> Result<(), BenchmarkError> {
        let (key, new) = (new_key(), new_key());
        let gateway = put_gateway::<T>(key, Vec::new(), Vec::new());
        let message = handover::<T>(gateway, &new)?;
        let (signature, proof) = (sign(&key, &message), sign(&new, &message));
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), gateway, new, signature, proof);
        assert_eq!(Gateways::<T>::get(gateway).map(|state| state.public_key), Some(new));
        Ok(())
    }

    #[benchmark]
    fn replace_key(s: Linear<1, 64>) -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let sites = s.min(T::MaxSitesPerGateway::get());
        let sites = (0..sites).map(with_site::<T>).collect::<Result<Vec<_>, _>>()?;
        let (key, new) = (new_key(), new_key());
        let gateway = put_gateway::<T>(key, sites, Vec::new());
        let code = sign(&new, &handover::<T>(gateway, &new)?);
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), gateway, new, code);
        assert_eq!(Gateways::<T>::get(gateway).map(|state| state.public_key), Some(new));
        Ok(())
    }

    /// The site's list is full of devices that stay.
    #[benchmark]
    fn amend_point() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        let devices: Vec<_> = (0..MAX_DEVICES_PER_SITE).map(device).collect();
        let gateway = put_gateway::<T>(new_key(), alloc::vec![site], devices.clone());
        for device in devices {
            let role = DeviceRole::Production;
            put_device::<T>(site, gateway, Membership { device, role, from: Slot(0), until: None });
        }
        let less = PointTerms { sources: Sources::of(&[Source::Solar]), ..terms() };
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), named(0), less);
        assert_eq!(Points::<T>::get(named(0)).map(|point| point.terms), Some(less));
        Ok(())
    }

    /// The gateway reads many devices of other sites, and read 16 here whose slots are settled.
    #[benchmark]
    fn unlink_gateway() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        let others = (1_000..).map(device).take(T::MaxDevicesPerGateway::get() as usize).collect();
        let sites = (1_000..).map(SiteId).take(T::MaxSitesPerGateway::get().saturating_sub(1) as usize);
        let gateway = put_gateway::<T>(new_key(), sites.chain([site]).collect(), others);
        for n in 0..MAX_DEVICES_PER_SITE {
            let (role, until) = (DeviceRole::Production, Some(Slot(0)));
            put_device::<T>(site, gateway, Membership { device: device(n), role, from: Slot(0), until });
        }
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site, gateway);
        assert!(!SiteDevices::<T>::contains_key(site));
        Ok(())
    }

    #[benchmark]
    fn offer_site() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site, Some(operator::<T>()));
        Ok(())
    }

    #[benchmark]
    fn accept_site() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let site = with_site::<T>(0)?;
        Pallet::<T>::do_offer_site(owner::<T>(), site, Some(operator::<T>()))?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), site);
        Ok(())
    }

    #[benchmark]
    fn close_site() -> Result<(), BenchmarkError> {
        let site = full_site::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site);
        Ok(())
    }

    #[benchmark]
    fn forget_site() -> Result<(), BenchmarkError> {
        let site = full_site::<T>()?;
        Pallet::<T>::do_close_site(None, site)?;
        Sites::<T>::mutate_extant(site, |record| record.closed = Some(Slot(0)));
        #[extrinsic_call]
        _(RawOrigin::Signed(owner::<T>()), site);
        assert!(!Sites::<T>::contains_key(site));
        Ok(())
    }

    #[benchmark]
    fn revoke_point() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let salted = commitment(0);
        Pallet::<T>::do_approve_point(operator::<T>(), ZoneId(1), salted, salted, owner::<T>(), terms())?;
        #[extrinsic_call]
        _(RawOrigin::Signed(operator::<T>()), named(0));
        assert!(!Points::<T>::contains_key(named(0)));
        Ok(())
    }

    #[benchmark]
    fn close_market() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        for _ in 2..MAX_ZONES_PER_CLOSING {
            Pallet::<T>::do_create_zone(operator::<T>(), MARKET, Some((ZoneId(0), 1, None, None)))?;
        }
        let origin = admin::<T>()?;
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, MARKET);
        assert!(!Markets::<T>::contains_key(MARKET));
        Ok(())
    }

    #[benchmark]
    fn set_trading() -> Result<(), BenchmarkError> {
        with_market::<T>()?;
        let origin = T::UrgentOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        #[extrinsic_call]
        stop_market(origin as T::RuntimeOrigin, MARKET);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
