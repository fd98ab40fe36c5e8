WITH registered AS (
    SELECT DISTINCT ON (device) device, role, rated_power_w, gateway, from_slot, block_number, event_index
    FROM chain.seen_devices
    WHERE site = $1
    ORDER BY device, block_number DESC, event_index DESC
)
SELECT '0x' || encode(d.device, 'hex') AS device, d.role, d.rated_power_w,
       '0x' || encode(d.gateway, 'hex') AS gateway, d.from_slot,
       (SELECT r.until_slot FROM chain.seen_device_removals r
        WHERE r.device = d.device AND r.site = $1
          AND (r.block_number, r.event_index) > (d.block_number, d.event_index)
        ORDER BY r.block_number DESC, r.event_index DESC LIMIT 1) AS until_slot,
       last.slot AS last_slot,
       (last.slot + 1) * p.slot_seconds AS last_at_unix_s
FROM registered d
CROSS JOIN chain.parameters p
LEFT JOIN LATERAL (
    SELECT first_slot + slot_count - 1 AS slot FROM chain.seen_readings
    WHERE device = d.device ORDER BY first_slot DESC LIMIT 1
) AS last ON true
ORDER BY d.from_slot DESC, d.role, d.device
LIMIT 256
