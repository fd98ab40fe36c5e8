SELECT s.site AS id, n.name, s.market, s.zone
FROM chain.seen_sites s
LEFT JOIN local.site_names n ON n.site = s.site
WHERE s.owner = $1
ORDER BY s.site
LIMIT 1000
