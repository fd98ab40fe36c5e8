-- The newest version of each side; what was removed is no order any more. A cancelled one keeps its hold until its last
-- slot is settled, and then it is removed.
SELECT o.side,
       CASE o.change WHEN 'paused' THEN 'paused' WHEN 'cancelled' THEN 'cancelled' ELSE 'active' END AS state,
       o.from_slot,
       coalesce(steps.limits_ueur_per_kwh, '{}') AS limits_ueur_per_kwh,
       coalesce(steps.caps_wh, '{}') AS caps_wh,
       CASE WHEN o.change = 'paused' THEN 0 ELSE coalesce(steps.held_ueur, 0) END AS held_ueur,
       o.missing_ueur, o.finalized
FROM (
    SELECT DISTINCT ON (side) side, change, from_slot, missing_ueur, finalized, block_number, event_index
    FROM chain.seen_order_versions
    WHERE site = $1
    ORDER BY side, block_number DESC, event_index DESC
) AS o
LEFT JOIN LATERAL (
    SELECT v.limits_ueur_per_kwh, v.caps_wh, v.held_ueur FROM chain.seen_order_versions v
    WHERE v.site = $1 AND v.side = o.side AND v.limits_ueur_per_kwh IS NOT NULL
    ORDER BY v.block_number DESC, v.event_index DESC LIMIT 1
) AS steps ON true
WHERE o.change <> 'removed'
ORDER BY o.side
