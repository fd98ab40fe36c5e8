SELECT site FROM chain.seen_sites WHERE owner = $1 AND market = $2 ORDER BY site LIMIT 1000
