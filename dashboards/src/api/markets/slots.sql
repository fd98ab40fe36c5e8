-- Markets clear their slots in order: what matching has not touched yet comes after all that it has.
WITH touched AS (
    SELECT slot, state, finalized, readings, volume_wh, paid_ueur, received_ueur, network_fees_ueur,
           congestion_rent_ueur, protocol_fee_ueur, dust_ueur, cleared_in_block, settled_in_block
    FROM chain.seen_slots
    WHERE market = $1 AND slot >= $2 AND slot < $3
    ORDER BY slot DESC
    LIMIT $4
), last AS (
    SELECT coalesce(greatest((SELECT max(slot) FROM chain.seen_slots_cleared WHERE market = $1),
                             (SELECT max(slot) FROM chain.seen_slots_settled WHERE market = $1),
                             (SELECT max(slot) FROM chain.seen_slots_empty WHERE market = $1)), -1) AS slot
), counted AS (
    SELECT first_slot AS slot, count(*) AS readings
    FROM chain.seen_readings
    WHERE market = $1 AND first_slot < $3
      AND first_slot >= $2
      AND first_slot >= (SELECT min(slot) FROM (SELECT slot + 1 AS slot FROM last
                                                UNION ALL SELECT slot FROM touched WHERE readings IS NULL) AS uncounted)
    GROUP BY first_slot
), slots AS (
    SELECT * FROM touched
    UNION ALL
    SELECT slot, 'measured', false, readings, 0, 0, 0, 0, 0, 0, 0, NULL, NULL
    FROM counted WHERE slot > (SELECT slot FROM last)
)
SELECT s.slot,
       s.slot * p.slot_seconds AS start_unix_s,
       (s.slot + 1) * p.slot_seconds AS end_unix_s,
       s.state, s.finalized,
       coalesce(s.readings, c.readings, 0) AS readings,
       coalesce(s.volume_wh, 0) AS volume_wh,
       coalesce(s.paid_ueur, 0) AS paid_ueur,
       coalesce(s.received_ueur, 0) AS received_ueur,
       coalesce(s.network_fees_ueur, 0) AS network_fees_ueur,
       coalesce(s.congestion_rent_ueur, 0) AS congestion_rent_ueur,
       coalesce(s.protocol_fee_ueur, 0) AS protocol_fee_ueur,
       coalesce(s.dust_ueur, 0) AS dust_ueur,
       s.cleared_in_block, s.settled_in_block,
       -- A market in which nobody earned has no row of its own, and its era is paid with all others.
       coalesce(e.minted_ren, CASE WHEN every.era IS NOT NULL THEN 0 END)::text AS minted_ren
FROM slots s
CROSS JOIN chain.parameters p
LEFT JOIN counted c ON c.slot = s.slot
LEFT JOIN chain.seen_market_eras_paid e ON e.market = $1 AND e.era = s.slot / p.slots_per_era
LEFT JOIN chain.seen_eras_paid every ON every.era = s.slot / p.slots_per_era
ORDER BY s.slot DESC
LIMIT $4
