SELECT s.site, s.market, s.zone,
       coalesce((SELECT o.owner FROM chain.seen_site_owners o WHERE o.site = s.site ORDER BY o.block_number DESC, o.event_index DESC LIMIT 1),
                s.owner) AS owner,
       m.operator,
       coalesce((SELECT p.max_power_w FROM chain.seen_point_terms p WHERE p.commitment = s.commitment
                 ORDER BY p.block_number DESC, p.event_index DESC LIMIT 1), s.max_power_w) AS max_power_w,
       coalesce((SELECT t.active FROM chain.seen_site_states t
                 WHERE t.site = s.site AND t.from_slot <= $2
                 ORDER BY t.block_number DESC, t.event_index DESC LIMIT 1), false) AS active
FROM chain.seen_sites s
JOIN LATERAL (SELECT v.operator FROM chain.seen_market_versions v
              WHERE v.market = s.market ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1) m ON true
WHERE s.site = $1
