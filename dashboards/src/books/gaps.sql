-- Slots of devices in service without a reading, or with one that was remarked about. Devices of
-- which as many good readings are there as they owe are left out at once: that is nearly all of them.
WITH serving AS (
    SELECT d.device, d.site, d.gateway, d.role, greatest(d.from_slot, $2) AS lo, least($3, (
        SELECT x.until_slot FROM seen_device_removals x
        WHERE x.device = d.device AND (x.block_number, x.event_index) > (d.block_number, d.event_index)
        ORDER BY x.block_number, x.event_index LIMIT 1)) AS hi
    FROM seen_devices d WHERE d.market = $1 AND d.from_slot < $3),
over AS (SELECT DISTINCT site, slot FROM seen_over_exports WHERE market = $1 AND slot >= $2 AND slot < $3),
good AS (
    SELECT device, count(*) AS slots FROM seen_readings
    WHERE market = $1 AND first_slot >= $2 AND first_slot < $3 AND slot_count = 1 AND verdict = 0
    GROUP BY device),
suspect AS MATERIALIZED (
    SELECT s.* FROM (SELECT *, sum(hi - lo) OVER (PARTITION BY device) AS owed FROM serving WHERE lo < hi) s
    LEFT JOIN good g ON g.device = s.device
    WHERE coalesce(g.slots, 0) < s.owed OR (s.role = 'grid' AND s.site IN (SELECT site FROM over))),
covered AS (
    SELECT device, first_slot AS slot, verdict FROM seen_readings
    WHERE market = $1 AND first_slot >= $2 AND first_slot < $3 AND slot_count = 1
      AND device IN (SELECT device FROM suspect)
    UNION ALL
    SELECT r.device, s.slot, r.verdict
    FROM seen_readings r
    CROSS JOIN LATERAL generate_series(greatest(r.first_slot, $2), least(r.first_slot + r.slot_count, $3) - 1) s (slot)
    WHERE r.market = $1 AND r.slot_count > 1 AND r.first_slot < $3 AND r.first_slot + r.slot_count > $2)
SELECT s.slot, m.site, m.device, m.gateway, m.role,
       c.verdict, o.site IS NOT NULL
FROM suspect m
CROSS JOIN LATERAL generate_series(m.lo, m.hi - 1) s (slot)
LEFT JOIN covered c ON c.device = m.device AND c.slot = s.slot
LEFT JOIN over o ON o.site = m.site AND o.slot = s.slot AND m.role = 'grid'
WHERE c.device IS NULL OR c.verdict <> 0 OR o.site IS NOT NULL
ORDER BY s.slot DESC, m.site, m.device LIMIT $4
