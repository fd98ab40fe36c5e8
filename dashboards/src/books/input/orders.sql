-- Orders that stand in the slot, of sites that are active and still belong to who placed them.
WITH versions AS (
    SELECT DISTINCT ON (site, side) site, side, owner, change, limits_ueur_per_kwh, caps_wh
    FROM seen_order_versions WHERE market = $1 AND from_slot <= $2
    ORDER BY site, side, block_number DESC, event_index DESC),
states AS (
    SELECT DISTINCT ON (site) site, active
    FROM seen_site_states WHERE market = $1 AND from_slot <= $2
    ORDER BY site, block_number DESC, event_index DESC),
owners AS (
    SELECT DISTINCT ON (site) site, owner
    FROM seen_site_owners WHERE market = $1 AND from_slot <= $2
    ORDER BY site, block_number DESC, event_index DESC)
SELECT v.site, v.side, s.zone, v.limits_ueur_per_kwh, v.caps_wh
FROM versions v
JOIN seen_sites s ON s.site = v.site AND s.market = $1
LEFT JOIN owners o ON o.site = v.site
JOIN states a ON a.site = v.site AND a.active
WHERE v.change IN ('placed', 'changed', 'resumed') AND v.owner = coalesce(o.owner, s.owner)
