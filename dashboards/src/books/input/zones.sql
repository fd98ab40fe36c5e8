-- Zones that exist in the slot; of the line to the parent, what holds then.
WITH edges AS (
    SELECT DISTINCT ON (zone) zone, capacity_up_wh, capacity_down_wh
    FROM seen_edge_versions WHERE market = $1 AND from_slot <= $2
    ORDER BY zone, block_number DESC, event_index DESC),
fees AS (
    SELECT DISTINCT ON (zone) zone, fee_ueur_per_kwh
    FROM seen_edge_versions WHERE market = $1 AND fee_from_slot <= $2
    ORDER BY zone, block_number DESC, event_index DESC)
SELECT z.zone, z.parent, f.fee_ueur_per_kwh, e.capacity_up_wh::text, e.capacity_down_wh::text
FROM seen_zones z LEFT JOIN edges e ON e.zone = z.zone LEFT JOIN fees f ON f.zone = z.zone
WHERE z.market = $1 AND z.from_slot <= $2 ORDER BY z.zone
