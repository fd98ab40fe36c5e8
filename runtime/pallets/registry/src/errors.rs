//! Why the registry refuses.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
    /// Why a call failed.
    #[pallet::error]
    #[derive(PartialEq, Eq)]
    pub enum Error<T> {
        /// There are as many markets as this chain takes.
        TooManyMarkets,
        /// The protocol fee is above the whole price (10 000 basis points).
        ProtocolFeeTooHigh,
        /// The network fee is above what the administration allows in this market.
        FeeAboveCap,
        /// No such market.
        UnknownMarket,
        /// The caller is not the market's operator.
        NotOperator,
        /// No such zone.
        UnknownZone,
        /// No such parent zone.
        UnknownParent,
        /// The parent zone belongs to another market.
        ParentInOtherMarket,
        /// The market has a root already: name a parent.
        MarketHasRoot,
        /// The zone would be more than eight edges below the root.
        ZoneTooDeep,
        /// The market has as many zones as it may have.
        TooManyZones,
        /// The root has no edge.
        RootHasNoEdge,
        /// The maximum number of changes waits for slots that are not settled: try again after the next settlement.
        TooManyChanges,
        /// The commitment was approved before.
        PointAlreadyApproved,
        /// The market has as many points as it may have.
        TooManyPoints,
        /// The same connection point is approved already, here or in another market.
        PointApprovedElsewhere,
        /// A connection point takes some power, at most 1 MW.
        MaxPowerOutOfRange,
        /// The point would take more power than its line carries.
        MaxPowerAboveLine,
        /// A bit of the sources is none's.
        UnknownSources,
        /// The devices at the point need what would not be approved any more: let their owner remove them first.
        TermsBelowDevices,
        /// No operator approved this commitment.
        UnknownPoint,
        /// The point was approved for another owner.
        NotPointOwner,
        /// The point has a site already.
        PointTaken,
        /// No such site.
        UnknownSite,
        /// The caller does not own the site.
        NotSiteOwner,
        /// The site is suspended.
        SiteSuspended,
        /// The site is not suspended.
        SiteNotSuspended,
        /// The link code has expired: print a new one.
        LinkExpired,
        /// The link code is not the gateway's for this chain, owner, site and expiry.
        BadLinkCode,
        /// The key is a point of small order, under which anyone can sign.
        WeakKey,
        /// The gateway is linked to this site already.
        AlreadyLinked,
        /// The gateway is linked to as many sites as it may be.
        TooManySites,
        /// The site is linked to as many gateways as it may be.
        TooManyGateways,
        /// The gateway reads devices of the site, or did in slots that are not settled: remove them, and wait.
        GatewayInUse,
        /// The owner of the site did not offer it to the caller.
        SiteNotOffered,
        /// The site is closed.
        SiteClosed,
        /// The site is not closed.
        SiteNotClosed,
        /// Slots that need this are not settled: try again in a moment.
        SlotsNotSettled,
        /// The market has points or sites.
        MarketInUse,
        /// The market is stopped, or trades, already.
        MarketAlreadySo,
        /// No such gateway.
        UnknownGateway,
        /// The gateway was deactivated: its owner must replace its key.
        GatewayInactive,
        /// The gateway is not linked to this site.
        GatewayNotLinked,
        /// The new key is the old one.
        KeyUnchanged,
        /// The signature is not the old key's over the rotation.
        BadRotation,
        /// The proof is not the new key's over the rotation.
        BadProof,
        /// The code is not the new key's over the rotation.
        BadReplacement,
        /// The caller does not own all sites of the gateway.
        NotOwnerOfAllSites,
        /// The gateway's key cannot be changed any more.
        TooManyKeys,
        /// The device was another owner's, whose site still keeps it.
        DeviceOfOtherOwner,
        /// The device is registered and not removed.
        DeviceAlreadyRegistered,
        /// A device must have a rated power.
        ZeroRatedPower,
        /// The device is rated above what the connection point takes.
        RatedPowerAbovePoint,
        /// With the others of its role the device is rated above what the connection point takes.
        RatedPowersAbovePoint,
        /// A register's step is between 1 mWh and what the operator approved, which is at most 1 kWh.
        RegisterStepOutOfRange,
        /// A production device has a source.
        SourceMissing,
        /// Only a production device has a source.
        SourceWithoutProduction,
        /// The operator did not approve this source at the connection point.
        SourceNotApproved,
        /// The site has as many devices as it may have; one that was removed counts until its slots are settled.
        TooManyDevicesAtSite,
        /// The gateway reads as many devices as it may.
        TooManyDevicesOfGateway,
        /// No such device.
        UnknownDevice,
        /// The device was removed before.
        DeviceAlreadyRemoved,
        /// Ids are used up.
        IdsUsedUp,
        /// Accounts or hashes of this runtime are not 32 bytes long.
        Not32Bytes,
    }
}
