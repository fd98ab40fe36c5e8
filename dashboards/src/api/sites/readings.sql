-- $1 site, $2 first slot, $3 first slot not asked for, $4 resolution, $5 time zone, $6 slot's seconds, $7 slots an era,
-- $8 most
WITH measured AS (
    SELECT first_slot AS slot,
           sum(import_wh) FILTER (WHERE role = 'grid') AS import_wh,
           sum(export_wh) FILTER (WHERE role = 'grid') AS export_wh,
           sum(export_wh) FILTER (WHERE role = 'production') AS produced_wh,
           sum(export_wh - import_wh) FILTER (WHERE role = 'storage') AS discharged_wh,
           max(slot_count) AS slots,
           max(slot_count) FILTER (WHERE role = 'grid') AS grid_slots,
           max(chain.quality_of(verdict)) AS quality,
           bool_and(finalized) AS finalized
    FROM chain.seen_readings
    WHERE site = $1 AND starts_at >= to_timestamp($2 * $6) AND starts_at < to_timestamp($3 * $6)
    GROUP BY first_slot
), covered AS (
    SELECT generate_series(slot, least(slot + grid_slots, $3) - 1) AS slot FROM measured WHERE grid_slots IS NOT NULL
), missing AS (
    -- Closed slots in which a grid meter served and showed nothing.
    SELECT owed.slot FROM generate_series(
        greatest($2, (SELECT coalesce(min(from_slot), $3) FROM chain.seen_devices WHERE site = $1 AND role = 'grid')),
        least($3 - 1, coalesce((SELECT max(through_slot) FROM chain.seen_slots_closed), -1))) AS owed (slot)
    WHERE NOT EXISTS (SELECT FROM covered WHERE covered.slot = owed.slot)
), traded AS (
    SELECT slot,
           sum(quantity_wh) FILTER (WHERE side = 'buy') AS bought_wh,
           sum(amount_ueur) FILTER (WHERE side = 'buy') AS paid_ueur,
           sum(quantity_wh) FILTER (WHERE side = 'sell') AS sold_wh,
           sum(amount_ueur) FILTER (WHERE side = 'sell') AS received_ueur,
           bool_and(finalized) AS finalized
    FROM chain.seen_fills
    WHERE site = $1 AND starts_at >= to_timestamp($2 * $6) AND starts_at < to_timestamp($3 * $6)
    GROUP BY slot
), earned AS (
    -- Rewards are an owner's; a site's part goes by the fees paid for what it sold in the era. An era's REN stands at
    -- its last slot.
    SELECT (a.era + 1) * $7 - 1 AS slot, floor(r.amount_ren * a.fee_ueur / r.fee_base_ueur) AS minted_ren, r.finalized
    FROM (SELECT market, era, zone, owner, sum(fee_base_ueur) AS fee_ueur FROM chain.seen_accruals
          WHERE site = $1 AND NOT left_out AND slot >= $2 - $7 AND slot < $3 GROUP BY market, era, zone, owner) AS a
    JOIN chain.seen_rewards r
      ON r.market = a.market AND r.era = a.era AND r.zone = a.zone AND r.owner = a.owner AND r.fee_base_ueur > 0
    WHERE (a.era + 1) * $7 - 1 >= $2 AND (a.era + 1) * $7 - 1 < $3
), parts AS (
    SELECT slot, import_wh, export_wh, produced_wh, discharged_wh, NULL::numeric AS bought_wh, NULL::numeric AS paid_ueur,
           NULL::numeric AS sold_wh, NULL::numeric AS received_ueur, NULL::numeric AS minted_ren, slots, quality, finalized
    FROM measured
    UNION ALL
    SELECT slot, NULL, NULL, NULL, NULL, bought_wh, paid_ueur, sold_wh, received_ueur, NULL, 1, 0, finalized FROM traded
    UNION ALL
    SELECT slot, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, minted_ren, 1, 0, finalized FROM earned
    UNION ALL
    SELECT slot, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, 4, true FROM missing
), cut AS (
    -- Hours are the same everywhere but where a zone is off by half of one; days and months begin at local midnight.
    SELECT CASE $4 WHEN 'slot' THEN to_timestamp(slot * $6)
                   WHEN 'hour' THEN date_trunc('hour', to_timestamp(slot * $6), $5)
                   WHEN 'day' THEN date_trunc('day', to_timestamp(slot * $6), $5)
                   ELSE date_trunc('month', to_timestamp(slot * $6), $5) END AS start,
           parts.*
    FROM parts
)
SELECT extract(epoch FROM start)::bigint AS start_unix_s,
       CASE $4 WHEN 'slot' THEN max(slots) * $6
               WHEN 'hour' THEN 3600
               WHEN 'day' THEN extract(epoch FROM (start AT TIME ZONE $5 + interval '1 day') AT TIME ZONE $5 - start)
               ELSE extract(epoch FROM (start AT TIME ZONE $5 + interval '1 month') AT TIME ZONE $5 - start)
       END::bigint AS duration_s,
       coalesce(sum(import_wh), 0)::bigint AS import_wh,
       coalesce(sum(export_wh), 0)::bigint AS export_wh,
       coalesce(sum(produced_wh), 0)::bigint AS produced_wh,
       greatest(0, coalesce(sum(produced_wh), 0) + coalesce(sum(import_wh), 0) - coalesce(sum(export_wh), 0)
                   + coalesce(sum(discharged_wh), 0))::bigint AS used_wh,
       coalesce(sum(bought_wh), 0)::bigint AS bought_wh,
       coalesce(sum(paid_ueur), 0)::bigint AS paid_ueur,
       coalesce(sum(sold_wh), 0)::bigint AS sold_wh,
       coalesce(sum(received_ueur), 0)::bigint AS received_ueur,
       coalesce(sum(minted_ren), 0)::text AS minted_ren,
       (ARRAY['good', 'estimated', 'flagged', 'late', 'missing'])[max(quality) + 1] AS quality,
       bool_and(finalized) AS finalized
FROM cut
GROUP BY start
ORDER BY start
LIMIT $8
