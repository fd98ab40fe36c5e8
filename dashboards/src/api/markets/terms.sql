-- The terms of each line in slots $2 to $3: what holds in the first, and what holds from each change on. A later event
-- never has an earlier slot. So of those of one slot the newest event's terms hold.
WITH versions AS (
    SELECT zone, from_slot, fee_from_slot, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh, block_number, event_index
    FROM chain.seen_edge_versions
    WHERE market = $1 AND (from_slot <= $3 OR fee_from_slot <= $3)
), capacities AS (
    SELECT DISTINCT ON (zone, greatest(from_slot, $2::bigint)) zone, greatest(from_slot, $2::bigint) AS slot,
           capacity_up_wh, capacity_down_wh, true AS known
    FROM versions
    WHERE from_slot <= $3
    ORDER BY zone, greatest(from_slot, $2::bigint), block_number DESC, event_index DESC
), fees AS (
    SELECT DISTINCT ON (zone, greatest(fee_from_slot, $2::bigint)) zone, greatest(fee_from_slot, $2::bigint) AS slot,
           fee_ueur_per_kwh, true AS known
    FROM versions
    WHERE fee_from_slot <= $3
    ORDER BY zone, greatest(fee_from_slot, $2::bigint), block_number DESC, event_index DESC
), changes AS (
    -- What does not change in a slot is what it was: steps are counted, and each has the terms of its first slot.
    SELECT zone, slot, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh,
           count(fees.known) OVER until AS fee_step, count(capacities.known) OVER until AS capacity_step
    FROM capacities FULL JOIN fees USING (zone, slot)
    WINDOW until AS (PARTITION BY zone ORDER BY slot)
)
SELECT zone, slot AS from_slot,
       first_value(fee_ueur_per_kwh) OVER fee AS fee_ueur_per_kwh,
       (first_value(capacity_up_wh) OVER capacity)::text AS capacity_up_wh,
       (first_value(capacity_down_wh) OVER capacity)::text AS capacity_down_wh
FROM changes
WINDOW fee AS (PARTITION BY zone, fee_step ORDER BY slot),
       capacity AS (PARTITION BY zone, capacity_step ORDER BY slot)
ORDER BY zone, slot
LIMIT $4
