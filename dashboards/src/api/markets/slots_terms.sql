-- The terms of each line in the slots from $2 to $3: what holds in the first, and all that holds from each slot on in which
-- something changes. Slots of later events are never earlier ones, so of those that have begun the newest holds.
WITH versions AS MATERIALIZED (
    SELECT zone, from_slot, fee_from_slot, fee_ueur_per_kwh, capacity_up_wh::text AS capacity_up_wh,
           capacity_down_wh::text AS capacity_down_wh, block_number, event_index
    FROM chain.seen_edge_versions
    WHERE market = $1 AND (from_slot <= $3 OR fee_from_slot <= $3)
), capacities AS (
    SELECT DISTINCT ON (zone) zone, capacity_up_wh, capacity_down_wh
    FROM versions WHERE from_slot <= $2 ORDER BY zone, block_number DESC, event_index DESC
), fees AS (
    SELECT DISTINCT ON (zone) zone, fee_ueur_per_kwh
    FROM versions WHERE fee_from_slot <= $2 ORDER BY zone, block_number DESC, event_index DESC
), changes AS (
    SELECT zone, from_slot AS slot FROM versions WHERE from_slot > $2 AND from_slot <= $3
    UNION
    SELECT zone, fee_from_slot FROM versions WHERE fee_from_slot > $2 AND fee_from_slot <= $3
)
SELECT zone, $2::bigint AS from_slot, f.fee_ueur_per_kwh, e.capacity_up_wh, e.capacity_down_wh
FROM capacities e FULL JOIN fees f USING (zone)
UNION ALL
SELECT c.zone, c.slot, f.fee_ueur_per_kwh, e.capacity_up_wh, e.capacity_down_wh
FROM changes c
LEFT JOIN LATERAL (SELECT v.fee_ueur_per_kwh FROM versions v
                   WHERE v.zone = c.zone AND v.fee_from_slot <= c.slot
                   ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (SELECT v.capacity_up_wh, v.capacity_down_wh FROM versions v
                   WHERE v.zone = c.zone AND v.from_slot <= c.slot
                   ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1) e ON true
ORDER BY zone, from_slot
LIMIT $4
