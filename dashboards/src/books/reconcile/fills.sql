-- Fills with whether the other columns say the same as the id, and whether the owner is the site's.
SELECT f.step_id::text, f.zone, f.quantity_wh, f.price_ueur_per_kwh, f.amount_ueur,
       f.step_id = f.site::numeric * 16 + CASE f.side WHEN 'sell' THEN 8 ELSE 0 END + f.step
       AND f.owner = coalesce(
           (SELECT o.owner FROM site_owners o WHERE o.site = f.site AND o.from_slot <= f.slot
                      ORDER BY o.block_number DESC, o.event_index DESC LIMIT 1),
           (SELECT s.owner FROM sites s WHERE s.site = f.site))
FROM fills f WHERE f.market = $1 AND f.slot = $2
