-- Each table of events has a twin `tail_…` for the unfinalised best chain, and a view `seen_…` of both with `finalized`.
-- A finalised row and its twin never stand side by side: they change places in one transaction.
DO $$
DECLARE
    events  TEXT;
    columns TEXT;
BEGIN
    FOR events IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'event_index')
        ORDER BY c.relname
    LOOP
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
        FROM pg_attribute a
        WHERE a.attrelid = events::regclass AND a.attnum > 0 AND NOT a.attisdropped;
        EXECUTE format(
            'CREATE TABLE %I (block_hash BYTEA NOT NULL REFERENCES tail_blocks (hash) ON DELETE CASCADE,'
            ' LIKE %I INCLUDING CONSTRAINTS, PRIMARY KEY (block_hash, event_index))',
            'tail_' || events, events);
        EXECUTE format(
            'CREATE VIEW %I AS SELECT %s, true AS finalized FROM %I UNION ALL SELECT %s, false FROM %I',
            'seen_' || events, columns, events, columns, 'tail_' || events);
    END LOOP;
END
$$;

-- Where a market's slot stands, of those that matching has touched; a slot that only has readings has no row here.
CREATE VIEW seen_slots AS
    SELECT c.market, c.slot,
           CASE WHEN v.slot IS NOT NULL THEN 'voided' WHEN s.slot IS NOT NULL THEN 'settled' ELSE 'cleared' END AS state,
           c.finalized AND coalesce(s.finalized, false) AS finalized,
           c.finalized AS cleared_finalized,
           c.block_number AS cleared_in_block, s.block_number AS settled_in_block,
           c.volume_wh, c.welfare_neur, c.steps, c.fills, c.input_hash, c.outcome_hash,
           s.readings, s.bought_wh, s.sold_wh, s.paid_ueur, s.received_ueur, s.network_fees_ueur,
           s.congestion_rent_ueur, s.protocol_fee_ueur, s.dust_ueur, s.amounts_rounded, v.reason AS void_reason
    FROM seen_slots_cleared c
    LEFT JOIN seen_slots_settled s ON s.market = c.market AND s.slot = c.slot
    LEFT JOIN seen_slots_voided v ON v.market = c.market AND v.slot = c.slot
    UNION ALL
    SELECT e.market, e.slot, 'empty', e.finalized, e.finalized, NULL, e.block_number,
           0, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL
    FROM seen_slots_empty e
    UNION ALL
    -- Where nobody has an order that holds there is nothing to clear, and what was measured settles at once.
    SELECT s.market, s.slot, 'settled', s.finalized, s.finalized, s.cleared_in_block, s.block_number,
           0, 0, 0, 0, NULL, NULL, s.readings, s.bought_wh, s.sold_wh, s.paid_ueur, s.received_ueur, s.network_fees_ueur,
           s.congestion_rent_ueur, s.protocol_fee_ueur, s.dust_ueur, s.amounts_rounded, NULL
    FROM seen_slots_settled s
    WHERE NOT EXISTS (SELECT FROM seen_slots_cleared c WHERE c.market = s.market AND c.slot = s.slot);
COMMENT ON VIEW seen_slots IS 'finalized: settled (or empty) and in a finalised block';
