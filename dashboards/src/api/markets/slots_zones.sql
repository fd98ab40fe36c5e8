WITH traded AS (
    SELECT slot, zone,
           sum(quantity_wh) FILTER (WHERE side = 'buy') AS bought_wh,
           sum(quantity_wh) FILTER (WHERE side = 'sell') AS sold_wh
    FROM chain.seen_fills
    WHERE market = $1 AND slot = ANY ($2)
    GROUP BY slot, zone
), cleared AS (
    SELECT slot, zone, price_ueur_per_kwh, net_export_wh
    FROM chain.seen_zones_cleared
    WHERE market = $1 AND slot = ANY ($2)
)
SELECT s.slot, z.zone, c.price_ueur_per_kwh,
       coalesce(c.net_export_wh, 0) AS net_export_wh,
       coalesce(t.bought_wh, 0)::bigint AS bought_wh,
       coalesce(t.sold_wh, 0)::bigint AS sold_wh
FROM unnest($2::bigint[]) AS s (slot)
CROSS JOIN (SELECT zone FROM chain.seen_zones WHERE market = $1) AS z
LEFT JOIN cleared c ON c.slot = s.slot AND c.zone = z.zone
LEFT JOIN traded t ON t.slot = s.slot AND t.zone = z.zone
ORDER BY s.slot, z.zone
