-- Readings of exactly this slot to which the chain remarked nothing. The register step is the one that the device had
-- been registered with when the reading came.
SELECT r.site, r.role, r.import_wh, r.export_wh, d.register_step_mwh
FROM seen_readings r
CROSS JOIN LATERAL (
    SELECT register_step_mwh FROM seen_devices d
    WHERE d.site = r.site AND d.device = r.device
      AND (d.block_number, d.event_index) < (r.block_number, r.event_index)
    ORDER BY d.block_number DESC, d.event_index DESC LIMIT 1) d
WHERE r.market = $1 AND r.first_slot = $2 AND r.verdict = 0
