SELECT z.zone, z.parent, z.depth, n.name,
       (SELECT count(*) FROM chain.seen_sites s WHERE s.zone = z.zone) AS sites,
       f.fee_ueur_per_kwh, e.capacity_up_wh, e.capacity_down_wh
FROM chain.seen_zones z
LEFT JOIN local.zone_names n ON n.zone = z.zone
LEFT JOIN (
    SELECT DISTINCT ON (zone) zone, capacity_up_wh::text AS capacity_up_wh, capacity_down_wh::text AS capacity_down_wh
    FROM chain.seen_edge_versions
    WHERE market = $1 AND from_slot <= $2
    ORDER BY zone, block_number DESC, event_index DESC
) AS e ON e.zone = z.zone
LEFT JOIN (
    SELECT DISTINCT ON (zone) zone, fee_ueur_per_kwh
    FROM chain.seen_edge_versions
    WHERE market = $1 AND fee_from_slot <= $2
    ORDER BY zone, block_number DESC, event_index DESC
) AS f ON f.zone = z.zone
WHERE z.market = $1
ORDER BY z.depth, z.zone
LIMIT 1024
