WITH here AS (
    SELECT l.gateway FROM chain.seen_gateway_links l
    WHERE l.site = $1 AND NOT EXISTS (
        SELECT FROM chain.seen_registry_notices n
        WHERE n.what = 'GatewayUnlinked' AND n.site = l.site AND n.thing = l.gateway
          AND (n.block_number, n.event_index) > (l.block_number, l.event_index))
    UNION
    SELECT gateway FROM chain.seen_devices WHERE site = $1
)
SELECT '0x' || encode(h.gateway, 'hex') AS gateway, k.active, k.key_epoch,
       (SELECT (max(last.slot) + 1) * (SELECT slot_seconds FROM chain.parameters)
        FROM chain.seen_devices d
        CROSS JOIN LATERAL (
            SELECT first_slot + slot_count - 1 AS slot FROM chain.seen_readings r
            WHERE r.device = d.device ORDER BY first_slot DESC LIMIT 1
        ) AS last
        WHERE d.site = $1 AND d.gateway = h.gateway) AS last_reading_at_unix_s
FROM here h
JOIN LATERAL (
    SELECT active, key_epoch FROM chain.seen_gateway_keys
    WHERE gateway = h.gateway ORDER BY block_number DESC, event_index DESC LIMIT 1
) AS k ON true
ORDER BY h.gateway
LIMIT 64
