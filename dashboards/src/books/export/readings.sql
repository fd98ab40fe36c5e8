-- `starts_at` says the same as the slot, and lets TimescaleDB look into few chunks only.
SELECT r.first_slot, r.slot_count, r.site, r.device, r.import_wh, r.export_wh, r.verdict,
       EXISTS (SELECT FROM seen_over_exports o WHERE o.site = r.site AND o.slot = r.first_slot),
       r.block_number, r.finalized, s.zone
FROM seen_readings r
LEFT JOIN (SELECT site, zone FROM seen_sites WHERE market = $1) s ON s.site = r.site
WHERE r.market = $1 AND r.first_slot >= $2 AND r.first_slot < $3
  AND r.starts_at >= to_timestamp($4) AND r.starts_at < to_timestamp($5)
  AND r.role = 'grid' AND ($6::bigint[] IS NULL OR r.site = ANY($6))
ORDER BY r.first_slot, r.site, r.block_number, r.event_index
