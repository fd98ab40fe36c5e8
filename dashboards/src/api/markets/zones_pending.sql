-- Each slot from which a line's capacities or its fee will change, with all that holds from then on. Slots of later events
-- are never earlier ones, so of those that have begun the newest holds.
WITH changes AS (
    SELECT zone, from_slot AS slot FROM chain.seen_edge_versions WHERE market = $1 AND from_slot > $2
    UNION
    SELECT zone, fee_from_slot FROM chain.seen_edge_versions WHERE market = $1 AND fee_from_slot > $2
)
SELECT c.zone, c.slot AS from_slot, f.fee_ueur_per_kwh,
       e.capacity_up_wh::text AS capacity_up_wh, e.capacity_down_wh::text AS capacity_down_wh
FROM changes c
JOIN LATERAL (SELECT v.fee_ueur_per_kwh FROM chain.seen_edge_versions v
              WHERE v.zone = c.zone AND v.fee_from_slot <= c.slot
              ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1) f ON true
JOIN LATERAL (SELECT v.capacity_up_wh, v.capacity_down_wh FROM chain.seen_edge_versions v
              WHERE v.zone = c.zone AND v.from_slot <= c.slot
              ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1) e ON true
ORDER BY c.zone, c.slot
LIMIT 8192
