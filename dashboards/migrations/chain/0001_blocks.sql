-- Where the indexer stands. Every statement of these files runs with this schema first in the search path, because
-- `rebuild` makes the same tables in a schema beside the one that serves, and then gives it the name `chain`.
--
-- Conventions of all tables: numbers of the chain's u32 and u64 are BIGINT where they fit by construction, and
-- NUMERIC(20,0) where anyone may choose them (registers, capacities); read those as `::text`. Accounts, keys, devices,
-- gateways and hashes are 32 bytes in BYTEA. µ€ and Wh are BIGINT, REN is NUMERIC(39,0). A row comes from exactly one
-- event: (block_number, event_index) names it, and a later event never changes it.

-- One row, once the chain is known. A database holds one chain.
CREATE TABLE parameters (
    only_one            BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one),
    genesis_hash        BYTEA NOT NULL CHECK (octet_length(genesis_hash) = 32),
    chain_name          TEXT NOT NULL,
    slot_seconds        BIGINT NOT NULL CHECK (slot_seconds > 0),
    slot_energy_seconds BIGINT NOT NULL CHECK (slot_energy_seconds > 0),
    grace_seconds       BIGINT NOT NULL,
    grace_blocks        BIGINT NOT NULL,
    slots_per_era       BIGINT NOT NULL CHECK (slots_per_era > 0),
    development         BOOLEAN NOT NULL,
    ss58_prefix         BIGINT NOT NULL,
    eur_asset_id        BIGINT NOT NULL
);
COMMENT ON TABLE parameters IS 'What was set at genesis (GatewayApi_parameters), and what the runtime''s metadata says';

-- The newest finalised block whose rows are in the tables. Changed only together with them.
CREATE TABLE cursor (
    only_one BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_one),
    height   BIGINT NOT NULL,
    hash     BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE cursor IS 'The newest finalised block that is indexed; no row before the genesis block is';

CREATE TABLE blocks (
    number      BIGINT PRIMARY KEY,
    hash        BYTEA NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    parent_hash BYTEA NOT NULL CHECK (octet_length(parent_hash) = 32),
    at_unix_ms  BIGINT NOT NULL,
    events      BIGINT NOT NULL
);
COMMENT ON TABLE blocks IS 'Finalised blocks without gaps, from 0 to the cursor';
COMMENT ON COLUMN blocks.at_unix_ms IS 'What the block says of its time; 0 of the genesis block';

-- The best chain above the cursor. A fork deletes the blocks that are not on it any more, and their rows by cascade.
CREATE TABLE tail_blocks (
    number      BIGINT NOT NULL UNIQUE,
    hash        BYTEA PRIMARY KEY CHECK (octet_length(hash) = 32),
    parent_hash BYTEA NOT NULL CHECK (octet_length(parent_hash) = 32),
    at_unix_ms  BIGINT NOT NULL,
    events      BIGINT NOT NULL
);
COMMENT ON TABLE tail_blocks IS 'Unfinalised blocks of the best chain; the first one''s parent is the cursor';

CREATE VIEW seen_blocks AS
    SELECT number, hash, parent_hash, at_unix_ms, events, true AS finalized FROM blocks
    UNION ALL
    SELECT number, hash, parent_hash, at_unix_ms, events, false FROM tail_blocks;

-- Σ Wh and Σ µ€ of an era against the chain's state, at the block in which the era was paid or at a later one.
CREATE TABLE reconciliations (
    era            BIGINT PRIMARY KEY,
    first_slot     BIGINT NOT NULL,
    through_slot   BIGINT NOT NULL,
    block_number   BIGINT NOT NULL,
    block_hash     BYTEA NOT NULL CHECK (octet_length(block_hash) = 32),
    agrees         BOOLEAN NOT NULL,
    difference     TEXT,
    against        TEXT NOT NULL DEFAULT 'state' CHECK (against IN ('state', 'events')),
    CHECK (agrees = (difference IS NULL))
);
COMMENT ON TABLE reconciliations IS 'One row an era that was compared with the chain; difference says in words what disagrees';
COMMENT ON COLUMN reconciliations.against IS 'events: the chain''s state has forgotten some of it, so single payments were compared with the sums in the chain''s events';
