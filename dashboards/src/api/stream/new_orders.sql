SELECT DISTINCT site
FROM chain.seen_order_versions
WHERE block_number BETWEEN $1 AND $2
ORDER BY site
LIMIT $3
