SELECT s.site FROM chain.seen_sites s WHERE s.market = $2
  AND s.site IN (SELECT site FROM chain.seen_sites WHERE owner = $1
                 UNION SELECT site FROM chain.seen_site_owners WHERE owner = $1)
  AND $1 = coalesce(
    (SELECT o.owner FROM chain.seen_site_owners o WHERE o.site = s.site ORDER BY o.block_number DESC, o.event_index DESC LIMIT 1),
    s.owner)
ORDER BY s.site LIMIT 1000
