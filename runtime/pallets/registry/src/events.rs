//! What the registry tells.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
    /// What happened. `from` is the first slot in which it holds.
    #[allow(missing_docs, reason = "each field is what the storage of that name documents")]
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A market began.
        MarketCreated {
            market: MarketId,
            operator: T::AccountId,
            privacy_threshold: u32,
            protocol_fee_bp: u16,
            max_fee_ueur_per_kwh: u32,
            from: Slot,
        },
        /// A market's operator or terms changed; the protocol fee from `from`, all else at once.
        MarketUpdated {
            market: MarketId,
            operator: T::AccountId,
            privacy_threshold: u32,
            protocol_fee_bp: u16,
            max_fee_ueur_per_kwh: u32,
            from: Slot,
        },
        /// A zone was added to a market's tree.
        ZoneCreated {
            zone: ZoneId,
            market: MarketId,
            parent: Option<ZoneId>,
            depth: u8,
            edge: Option<EdgeTerms>,
            from: Slot,
        },
        /// A line's fee or capacities changed: the capacities hold from `from`, the fee from `fee_from`.
        EdgeSet { zone: ZoneId, market: MarketId, edge: EdgeTerms, from: Slot, fee_from: Slot },
        /// An operator approved a connection point; `commitment` is its name on the chain.
        PointApproved {
            commitment: H256,
            nullifier: H256,
            market: MarketId,
            zone: ZoneId,
            owner: T::AccountId,
            max_power_w: u32,
            max_register_step_mwh: u32,
            sources: Sources,
        },
        /// An operator approves more, or less, at a point than before.
        PointAmended {
            commitment: H256,
            market: MarketId,
            site: Option<SiteId>,
            max_power_w: u32,
            max_register_step_mwh: u32,
            sources: Sources,
        },
        /// An owner registered a site at an approved point.
        SiteRegistered {
            site: SiteId,
            market: MarketId,
            zone: ZoneId,
            owner: T::AccountId,
            commitment: H256,
            max_power_w: u32,
            from: Slot,
        },
        /// A site trades no more.
        SiteSuspended { site: SiteId, market: MarketId, from: Slot },
        /// A suspended site trades again.
        SiteResumed { site: SiteId, market: MarketId, from: Slot },
        /// A gateway and a site's owner agreed to work together.
        GatewayLinked { gateway: GatewayId, site: SiteId, owner: T::AccountId, public_key: PublicKey, key_epoch: u32 },
        /// A gateway signs with another key from now on.
        GatewayKeyChanged {
            gateway: GatewayId,
            old_key: PublicKey,
            new_key: PublicKey,
            key_epoch: u32,
            change: KeyChange,
        },
        /// A gateway may not submit until its owner gives it a new key.
        GatewayDeactivated { gateway: GatewayId, key_epoch: u32 },
        /// A device serves at a site.
        DeviceRegistered {
            device: DeviceId,
            site: SiteId,
            market: MarketId,
            zone: ZoneId,
            gateway: GatewayId,
            role: DeviceRole,
            source: Option<Source>,
            rated_power_w: u32,
            register_step_mwh: u32,
            from: Slot,
        },
        /// A gateway and a site work together no more.
        GatewayUnlinked { gateway: GatewayId, site: SiteId },
        /// An owner offers a site to somebody, or takes the offer back.
        SiteOffered { site: SiteId, market: MarketId, to: Option<T::AccountId> },
        /// A site is somebody else's, who trades for it from `from` on.
        SiteTransferred { site: SiteId, market: MarketId, former: T::AccountId, owner: T::AccountId, from: Slot },
        /// A site ends: it trades no more, and its point is free.
        SiteClosed { site: SiteId, market: MarketId, from: Slot },
        /// All that was left of a closed site is gone.
        SiteForgotten { site: SiteId, market: MarketId },
        /// A point is approved no more.
        PointRevoked { commitment: H256, market: MarketId },
        /// A market is gone.
        MarketClosed { market: MarketId },
        /// Nothing of the market trades.
        MarketStopped { market: MarketId, from: Slot },
        /// The market trades again.
        MarketResumed { market: MarketId, from: Slot },
        /// A device serves no more, from `until` on.
        DeviceRemoved { device: DeviceId, site: SiteId, role: DeviceRole, until: Slot, replaced_by: Option<DeviceId> },
    }
}
