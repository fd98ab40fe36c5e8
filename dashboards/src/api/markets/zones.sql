SELECT z.zone, z.parent, z.depth, n.name,
       (SELECT count(*) FROM chain.seen_sites s WHERE s.zone = z.zone) AS sites
FROM chain.seen_zones z
LEFT JOIN local.zone_names n ON n.zone = z.zone
WHERE z.market = $1
ORDER BY z.depth, z.zone
LIMIT 1024
