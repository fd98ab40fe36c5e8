-- Each settled slot with what its single payments add up to. `starts_at` says the same as `slot`, and lets TimescaleDB
-- look into few chunks only. A reading is counted as the chain counts it: for at most its eight newest slots. Of these
-- count only those that were not closed when it came (64: `LATE`).
WITH era AS (
    SELECT slot, cleared_in_block, settled_in_block, amounts_rounded FROM slots_settled
    WHERE market = $3 AND slot BETWEEN $1 AND $2),
moment AS (
    SELECT to_timestamp($1 * slot_seconds) AS first, to_timestamp(($2 + 1) * slot_seconds) AS after FROM parameters),
traded AS (
    SELECT slot,
           sum(quantity_wh) FILTER (WHERE side = 'buy') AS bought_wh,
           sum(quantity_wh) FILTER (WHERE side = 'sell') AS sold_wh,
           sum(amount_ueur) FILTER (WHERE side = 'buy') AS paid_ueur,
           sum(amount_ueur) FILTER (WHERE side = 'sell') AS received_ueur
    FROM fills, moment
    WHERE market = $3 AND slot BETWEEN $1 AND $2 AND starts_at >= moment.first AND starts_at < moment.after
    GROUP BY slot),
network AS (
    SELECT slot, sum(amount_ueur) AS ueur FROM network_fees
    WHERE market = $3 AND slot BETWEEN $1 AND $2 GROUP BY slot),
community AS (
    SELECT slot, sum(congestion_rent_ueur) AS rent_ueur, sum(dust_ueur) AS dust_ueur FROM community_payments
    WHERE market = $3 AND slot BETWEEN $1 AND $2 GROUP BY slot),
protocol AS (
    SELECT slot, sum(amount_ueur) AS ueur FROM protocol_fees
    WHERE market = $3 AND slot BETWEEN $1 AND $2 GROUP BY slot),
keys AS (
    SELECT slot FROM era UNION SELECT slot FROM traded UNION SELECT slot FROM network
    UNION SELECT slot FROM community UNION SELECT slot FROM protocol)
SELECT k.slot, e.slot IS NOT NULL, coalesce(e.cleared_in_block, 0), coalesce(e.settled_in_block, 0),
       coalesce(e.amounts_rounded, 0),
       (SELECT count(*) FROM readings r
        WHERE r.market = $3 AND r.first_slot = k.slot AND r.slot_count = 1 AND r.verdict & 64 = 0)
     + (SELECT count(*) FROM readings r
        WHERE r.market = $3 AND r.slot_count > 1 AND r.verdict & 64 = 0
          AND r.first_slot <= k.slot AND k.slot < r.first_slot + r.slot_count
          AND r.first_slot + r.slot_count - 8 <= k.slot
          AND NOT EXISTS (
              SELECT FROM slots_closed c
              WHERE k.slot BETWEEN c.first_slot AND c.through_slot
                AND (c.block_number, c.event_index) < (r.block_number, r.event_index))),
       array[t.bought_wh, t.sold_wh, t.paid_ueur, t.received_ueur, n.ueur, c.rent_ueur, p.ueur, c.dust_ueur]::text[]
FROM keys k
LEFT JOIN era e USING (slot)
LEFT JOIN traded t USING (slot)
LEFT JOIN network n USING (slot)
LEFT JOIN community c USING (slot)
LEFT JOIN protocol p USING (slot)
ORDER BY k.slot
