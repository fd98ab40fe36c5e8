-- Zones' own sites: groups that share no site, so none can be had by subtracting another. A site has one grid meter in
-- service in a slot, so rows are sites.
SELECT r.first_slot AS slot, s.zone, sum(r.import_wh)::bigint AS import_wh, sum(r.export_wh)::bigint AS export_wh
FROM chain.seen_readings r
JOIN chain.seen_sites s ON s.site = r.site
WHERE r.market = $1 AND r.first_slot BETWEEN $2 AND $3 AND r.role = 'grid' AND r.slot_count = 1 AND chain.in_service(r.verdict)
GROUP BY r.first_slot, s.zone
HAVING count(*) >= $4
   AND (NOT $5 OR (max(r.import_wh) * 100 <= sum(r.import_wh) * 15 AND max(r.export_wh) * 100 <= sum(r.export_wh) * 15))
