-- One table an event (or a few events that say the same kind of thing), finalised.

-- Registry ---------------------------------------------------------------------------------------------------------
CREATE TABLE market_versions (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    market            BIGINT NOT NULL,
    operator          BYTEA NOT NULL,
    privacy_threshold BIGINT NOT NULL,
    protocol_fee_bp   BIGINT NOT NULL,
    from_slot         BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE market_versions IS 'MarketCreated, MarketUpdated. Operator and threshold hold at once, the fee from from_slot; a later event voids versions with the same or a later from_slot';

CREATE TABLE zones (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    parent       BIGINT,
    depth        BIGINT NOT NULL,
    from_slot    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE zones IS 'ZoneCreated: a zone never moves';

CREATE TABLE edge_versions (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    zone              BIGINT NOT NULL,
    market            BIGINT NOT NULL,
    fee_ueur_per_kwh  BIGINT NOT NULL,
    capacity_up_wh    NUMERIC(20,0),
    capacity_down_wh  NUMERIC(20,0),
    from_slot         BIGINT NOT NULL,
    fee_from_slot     BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE edge_versions IS 'ZoneCreated (not of a root), EdgeSet: the line between a zone and its parent, its capacities from from_slot, its fee from fee_from_slot on; capacities NULL: unlimited';

CREATE TABLE points (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    commitment   BYTEA NOT NULL,
    market       BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    max_power_w  BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE points IS 'PointApproved';

CREATE TABLE point_terms (
    block_number          BIGINT NOT NULL,
    event_index           BIGINT NOT NULL,
    commitment            BYTEA NOT NULL,
    market                BIGINT NOT NULL,
    max_power_w           BIGINT NOT NULL,
    max_register_step_mwh BIGINT NOT NULL,
    sources               BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE point_terms IS 'PointApproved, PointAmended: the newest holds';
COMMENT ON COLUMN point_terms.sources IS 'Bits of deren_primitives::Sources';

CREATE TABLE sites (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    site         BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    commitment   BYTEA NOT NULL,
    max_power_w  BIGINT NOT NULL,
    from_slot    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE sites IS 'SiteRegistered, with the first owner';

CREATE TABLE site_owners (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    site         BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    from_slot    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE site_owners IS 'SiteRegistered, SiteTransferred: who trades for the site from a slot on';

CREATE TABLE registry_notices (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    what         TEXT NOT NULL,
    market       BIGINT,
    site         BIGINT,
    thing        BYTEA,
    from_slot    BIGINT,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE registry_notices IS 'What goes or stands still: the event''s name, with the gateway (GatewayUnlinked), the point (PointRevoked) or the account (SiteOffered) as thing';

CREATE TABLE site_states (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    site         BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    active       BOOLEAN NOT NULL,
    from_slot    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE site_states IS 'SiteRegistered (active), SiteSuspended, SiteResumed, SiteClosed (for ever)';

CREATE TABLE gateway_links (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    gateway      BYTEA NOT NULL,
    site         BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    public_key   BYTEA NOT NULL,
    key_epoch    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE gateway_links IS 'GatewayLinked';

CREATE TABLE gateway_keys (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    gateway      BYTEA NOT NULL,
    change       TEXT NOT NULL CHECK (change IN ('linked', 'rotated', 'replaced', 'deactivated')),
    active       BOOLEAN NOT NULL,
    public_key   BYTEA,
    key_epoch    BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE gateway_keys IS 'GatewayLinked, GatewayKeyChanged, GatewayDeactivated; active is false, and public_key NULL, after a deactivation only';

CREATE TABLE devices (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    device            BYTEA NOT NULL,
    site              BIGINT NOT NULL,
    market            BIGINT NOT NULL,
    zone              BIGINT NOT NULL,
    gateway           BYTEA NOT NULL,
    role              TEXT NOT NULL CHECK (role IN ('grid', 'production', 'storage')),
    rated_power_w     BIGINT NOT NULL,
    register_step_mwh BIGINT NOT NULL,
    from_slot         BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE devices IS 'DeviceRegistered; a device may come back after a removal';

CREATE TABLE device_removals (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    device       BYTEA NOT NULL,
    site         BIGINT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('grid', 'production', 'storage')),
    until_slot   BIGINT NOT NULL,
    replaced_by  BYTEA,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE device_removals IS 'DeviceRemoved: gone from until_slot on';

-- Metering ---------------------------------------------------------------------------------------------------------
CREATE TABLE readings (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    starts_at         TIMESTAMPTZ NOT NULL,
    market            BIGINT NOT NULL,
    site              BIGINT NOT NULL,
    gateway           BYTEA NOT NULL,
    device            BYTEA NOT NULL,
    role              TEXT NOT NULL,
    first_slot        BIGINT NOT NULL,
    slot_count        BIGINT NOT NULL,
    sequence          NUMERIC(20,0) NOT NULL,
    register_epoch    BIGINT NOT NULL,
    import_open_mwh   NUMERIC(20,0) NOT NULL,
    import_close_mwh  NUMERIC(20,0) NOT NULL,
    export_open_mwh   NUMERIC(20,0) NOT NULL,
    export_close_mwh  NUMERIC(20,0) NOT NULL,
    import_wh         BIGINT NOT NULL,
    export_wh         BIGINT NOT NULL,
    quality           INTEGER NOT NULL,
    verdict           INTEGER NOT NULL,
    clock_error_ms    BIGINT NOT NULL,
    samples           BIGINT NOT NULL,
    max_gap_ms        BIGINT NOT NULL,
    hash              BYTEA NOT NULL,
    PRIMARY KEY (block_number, event_index, starts_at)
);
COMMENT ON TABLE readings IS 'ReadingAccepted: a device from first_slot on, for slot_count slots. It trades iff verdict = 0';
COMMENT ON COLUMN readings.starts_at IS 'first_slot × slot_seconds: real time, also where a slot stands for more metered time';
COMMENT ON COLUMN readings.quality IS 'Bits of deren_primitives::Quality';
COMMENT ON COLUMN readings.verdict IS 'Bits of deren_primitives::ReadingVerdict; over-exports are in over_exports, not here';

CREATE TABLE readings_refused (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    gateway      BYTEA NOT NULL,
    device       BYTEA NOT NULL,
    sequence     NUMERIC(20,0) NOT NULL,
    hash         BYTEA NOT NULL,
    error        TEXT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE readings_refused IS 'ReadingRefused; error is the name of a deren_primitives::ReadingError';

CREATE TABLE slots_closed (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    first_slot   BIGINT NOT NULL,
    through_slot BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE slots_closed IS 'SlotsClosed, for all markets: readings of slots up to through_slot are late from here on';

CREATE TABLE over_exports (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    market            BIGINT NOT NULL,
    site              BIGINT NOT NULL,
    slot              BIGINT NOT NULL,
    surplus_wh        BIGINT NOT NULL,
    uncorroborated_wh BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE over_exports IS 'OverExport: uncorroborated_wh of the surplus do not trade';

CREATE TABLE equivocations (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    gateway      BYTEA NOT NULL,
    key_epoch    BIGINT NOT NULL,
    device       BYTEA NOT NULL,
    sequence     NUMERIC(20,0) NOT NULL,
    first_hash   BYTEA NOT NULL,
    second_hash  BYTEA NOT NULL,
    reporter     BYTEA NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE equivocations IS 'Equivocation';

-- Matching ---------------------------------------------------------------------------------------------------------
CREATE TABLE order_versions (
    block_number       BIGINT NOT NULL,
    event_index        BIGINT NOT NULL,
    market             BIGINT NOT NULL,
    site               BIGINT NOT NULL,
    side               TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    owner              BYTEA NOT NULL,
    change             TEXT NOT NULL CHECK (change IN ('placed', 'changed', 'cancelled', 'paused', 'resumed', 'removed')),
    from_slot          BIGINT,
    limits_ueur_per_kwh BIGINT[],
    caps_wh            BIGINT[],
    held_ueur          BIGINT,
    missing_ueur       BIGINT,
    PRIMARY KEY (block_number, event_index),
    CHECK ((from_slot IS NULL) = (change = 'removed')),
    CHECK ((limits_ueur_per_kwh IS NOT NULL) = (change IN ('placed', 'changed', 'resumed'))),
    CHECK (cardinality(limits_ueur_per_kwh) = cardinality(caps_wh))
);
COMMENT ON TABLE order_versions IS 'OrderPlaced, OrderChanged, OrderCancelled, OrderPaused, OrderResumed, OrderRemoved. A later event voids versions of its site and side with the same or a later from_slot; steps are best first';

CREATE TABLE slots_cleared (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    volume_wh    BIGINT NOT NULL,
    welfare_neur NUMERIC(39,0) NOT NULL,
    steps        BIGINT NOT NULL,
    fills        BIGINT NOT NULL,
    input_hash   BYTEA NOT NULL,
    outcome_hash BYTEA NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE slots_cleared IS 'SlotCleared; also follows a ClearingVoided, with nothing traded';

CREATE TABLE zones_cleared (
    block_number       BIGINT NOT NULL,
    event_index        BIGINT NOT NULL,
    starts_at          TIMESTAMPTZ NOT NULL,
    market             BIGINT NOT NULL,
    slot               BIGINT NOT NULL,
    zone               BIGINT NOT NULL,
    price_ueur_per_kwh BIGINT,
    net_export_wh      BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index, starts_at)
);
COMMENT ON TABLE zones_cleared IS 'ZoneCleared: price and export of the whole subtree; zones with neither have no row';

CREATE TABLE slots_voided (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    reason       TEXT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE slots_voided IS 'ClearingVoided: followed by SlotCleared and SlotSettled of nothing';

CREATE TABLE slots_empty (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE slots_empty IS 'SlotEmpty: no reading, no clearing, settled';

CREATE TABLE fills (
    block_number       BIGINT NOT NULL,
    event_index        BIGINT NOT NULL,
    starts_at          TIMESTAMPTZ NOT NULL,
    market             BIGINT NOT NULL,
    slot               BIGINT NOT NULL,
    step_id            NUMERIC(20,0) NOT NULL,
    site               BIGINT NOT NULL,
    side               TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    step               BIGINT NOT NULL,
    owner              BYTEA NOT NULL,
    zone               BIGINT NOT NULL,
    quantity_wh        BIGINT NOT NULL,
    price_ueur_per_kwh BIGINT NOT NULL,
    amount_ueur        BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index, starts_at)
);
COMMENT ON TABLE fills IS 'FillSettled: amount_ueur is what the buyer paid in all, or what the seller received';

CREATE TABLE network_fees (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    operator     BYTEA NOT NULL,
    amount_ueur  BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE network_fees IS 'NetworkFeePaid, of the edge above the zone';

CREATE TABLE community_payments (
    block_number         BIGINT NOT NULL,
    event_index          BIGINT NOT NULL,
    market               BIGINT NOT NULL,
    slot                 BIGINT NOT NULL,
    pot                  BYTEA NOT NULL,
    congestion_rent_ueur BIGINT NOT NULL,
    dust_ueur            BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE community_payments IS 'CommunityPaid';

CREATE TABLE protocol_fees (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    treasury     BYTEA NOT NULL,
    amount_ueur  BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE protocol_fees IS 'ProtocolFeePaid';

CREATE TABLE purse_changes (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    account      BYTEA NOT NULL,
    change       TEXT NOT NULL,
    amount_ueur  BIGINT,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE purse_changes IS 'Filled, Drawn (with an amount), Frozen, Thawed (without): all of the pallet purse';

CREATE TABLE slots_settled (
    block_number         BIGINT NOT NULL,
    event_index          BIGINT NOT NULL,
    market               BIGINT NOT NULL,
    slot                 BIGINT NOT NULL,
    state                TEXT NOT NULL,
    cleared_in_block     BIGINT NOT NULL,
    settled_in_block     BIGINT NOT NULL,
    readings             BIGINT NOT NULL,
    bought_wh            BIGINT NOT NULL,
    sold_wh              BIGINT NOT NULL,
    paid_ueur            BIGINT NOT NULL,
    received_ueur        BIGINT NOT NULL,
    network_fees_ueur    BIGINT NOT NULL,
    congestion_rent_ueur BIGINT NOT NULL,
    protocol_fee_ueur    BIGINT NOT NULL,
    dust_ueur            BIGINT NOT NULL,
    amounts_rounded      BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE slots_settled IS 'SlotSettled with its summary';

CREATE TABLE halts (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    what         TEXT NOT NULL CHECK (what IN ('settlement', 'rewards', 'rebates')),
    market       BIGINT,
    slot         BIGINT,
    era          BIGINT,
    error        TEXT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE halts IS 'SettlementHalted (market, slot), PayingHalted and RebateHalted (market, era): tried again';

-- Rewards ----------------------------------------------------------------------------------------------------------
CREATE TABLE accruals (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    slot         BIGINT NOT NULL,
    site         BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    rewarded_wh  BIGINT NOT NULL,
    left_out     BOOLEAN NOT NULL,
    market       BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    fee_base_ueur BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE accruals IS 'Accrued, LeftOut (left_out: no room for another earner in the era): energy that was produced and sold to others, and the protocol fee that they paid for it';

CREATE TABLE rewards (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    wh           BIGINT NOT NULL,
    amount_ren   NUMERIC(39,0) NOT NULL,
    market       BIGINT NOT NULL,
    zone         BIGINT NOT NULL,
    fee_base_ueur BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE rewards IS 'Rewarded: an owner''s share of an era, for one zone, in the smallest unit of REN';

CREATE TABLE rewards_carried (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    owner        BYTEA NOT NULL,
    amount_ren   NUMERIC(39,0) NOT NULL,
    paid         BOOLEAN NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE rewards_carried IS 'RewardCarried (amount_ren is all that is carried now), CarriedPaid (paid)';

CREATE TABLE eras_paid (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    minted_ren   NUMERIC(39,0) NOT NULL,
    wh           BIGINT NOT NULL,
    earners      BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE eras_paid IS 'EraPaid: the era is paid in all markets';

CREATE TABLE market_eras_closed (
    block_number   BIGINT NOT NULL,
    event_index    BIGINT NOT NULL,
    market         BIGINT NOT NULL,
    era            BIGINT NOT NULL,
    fee_bases_ueur BIGINT NOT NULL,
    fees_ueur      BIGINT NOT NULL,
    rebates_ueur   BIGINT NOT NULL,
    rate           NUMERIC(39,0) NOT NULL,
    claims_ren     NUMERIC(39,0) NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE market_eras_closed IS 'MarketEraClosed: rate is REN''s smallest units for a µ€, in parts of 10^18';

CREATE TABLE market_eras_paid (
    block_number      BIGINT NOT NULL,
    event_index       BIGINT NOT NULL,
    market            BIGINT NOT NULL,
    era               BIGINT NOT NULL,
    minted_ren        NUMERIC(39,0) NOT NULL,
    wh                BIGINT NOT NULL,
    earners           BIGINT NOT NULL,
    full_emission_ren NUMERIC(39,0) NOT NULL,
    full_claims_ren   NUMERIC(39,0) NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE market_eras_paid IS 'MarketEraPaid: shares were scaled by full_emission_ren / full_claims_ren, where that is below 1';

-- Rent and dust that came back -----------------------------------------------------------------------------------------
CREATE TABLE rebates_begun (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    fees_ueur    BIGINT NOT NULL,
    rebates_ueur BIGINT NOT NULL,
    buyers       BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE rebates_begun IS 'RebateBegun: what comes back of an era''s protocol fees, out of congestion rent and dust';

CREATE TABLE rebates (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    account      BYTEA NOT NULL,
    fee_ueur     BIGINT NOT NULL,
    amount_ueur  BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE rebates IS 'Rebated: what came back to a buyer of the protocol fee that it paid in an era';

CREATE TABLE rebates_paid (
    block_number BIGINT NOT NULL,
    event_index  BIGINT NOT NULL,
    market       BIGINT NOT NULL,
    era          BIGINT NOT NULL,
    amount_ueur  BIGINT NOT NULL,
    buyers       BIGINT NOT NULL,
    PRIMARY KEY (block_number, event_index)
);
COMMENT ON TABLE rebates_paid IS 'RebatePaid';

-- What is asked often ----------------------------------------------------------------------------------------------
-- A site's month is thousands of rows, each on a page of its own: with these columns the index alone answers for them.
CREATE INDEX readings_of_site ON readings (site, starts_at)
    INCLUDE (first_slot, slot_count, role, import_wh, export_wh, verdict);
CREATE INDEX readings_of_slot ON readings (market, first_slot);
CREATE INDEX readings_of_device ON readings (device, first_slot);
CREATE INDEX readings_of_many_slots ON readings (market, first_slot) WHERE slot_count > 1;
CREATE INDEX zones_cleared_of_slot ON zones_cleared (market, slot);
CREATE INDEX fills_of_slot ON fills (market, slot);
CREATE INDEX fills_of_owner ON fills (owner, starts_at);
CREATE INDEX fills_of_site ON fills (site, starts_at) INCLUDE (slot, side, quantity_wh, amount_ueur);
CREATE INDEX network_fees_of_slot ON network_fees (market, slot);
CREATE UNIQUE INDEX slots_cleared_of_slot ON slots_cleared (market, slot);
CREATE UNIQUE INDEX slots_settled_of_slot ON slots_settled (market, slot);
CREATE UNIQUE INDEX slots_empty_of_slot ON slots_empty (market, slot);
CREATE UNIQUE INDEX slots_voided_of_slot ON slots_voided (market, slot);
CREATE INDEX order_versions_of_site ON order_versions (site, side, block_number, event_index);
CREATE INDEX order_versions_of_market ON order_versions (market, from_slot);
CREATE INDEX accruals_of_owner ON accruals (owner, slot);
CREATE INDEX accruals_of_site ON accruals (site, slot);
CREATE INDEX rewards_of_owner ON rewards (owner, era);
CREATE INDEX rebates_of_account ON rebates (account, era);
CREATE INDEX purse_changes_of_account ON purse_changes (account, block_number, event_index);
CREATE INDEX eras_paid_of_era ON eras_paid (era);
CREATE INDEX over_exports_of_site ON over_exports (site, slot);
CREATE INDEX slots_closed_of_slot ON slots_closed (through_slot);
CREATE INDEX point_terms_of_point ON point_terms (commitment, block_number, event_index);
CREATE INDEX site_owners_of_site ON site_owners (site, block_number, event_index);
CREATE INDEX site_owners_of_owner ON site_owners (owner);
CREATE INDEX registry_notices_of_site ON registry_notices (site);
CREATE INDEX sites_of_owner ON sites (owner);
CREATE UNIQUE INDEX sites_by_id ON sites (site);
CREATE UNIQUE INDEX zones_by_id ON zones (zone);
CREATE INDEX devices_of_site ON devices (site);

-- An index answers alone only for pages that were vacuumed since they were written: do so after a day, not after a week.
ALTER TABLE readings SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE fills SET (autovacuum_vacuum_insert_scale_factor = 0.02);
