-- The newest change of each slot; one that a later event voided has the same or a later slot than that event's.
SELECT DISTINCT ON (v.zone, v.from_slot) v.zone, v.from_slot, v.fee_ueur_per_kwh,
       v.capacity_up_wh::text AS capacity_up_wh, v.capacity_down_wh::text AS capacity_down_wh
FROM chain.seen_edge_versions v
WHERE v.market = $1 AND v.from_slot > $2
  AND NOT EXISTS (
      SELECT FROM chain.seen_edge_versions later
      WHERE later.zone = v.zone AND later.from_slot <= v.from_slot
        AND (later.block_number, later.event_index) > (v.block_number, v.event_index))
ORDER BY v.zone, v.from_slot, v.block_number DESC, v.event_index DESC
LIMIT 8192
