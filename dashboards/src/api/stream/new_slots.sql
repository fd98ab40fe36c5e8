SELECT market, slot,
       (array_agg(state ORDER BY rank DESC))[1]
FROM (
    SELECT market, slot, 'cleared' AS state, 1 AS rank FROM chain.seen_slots_cleared WHERE block_number BETWEEN $1 AND $2
    UNION ALL
    SELECT market, slot, 'settled', 2 FROM chain.seen_slots_settled WHERE block_number BETWEEN $1 AND $2
    UNION ALL
    SELECT market, slot, 'empty', 3 FROM chain.seen_slots_empty WHERE block_number BETWEEN $1 AND $2
    UNION ALL
    SELECT market, slot, 'voided', 4 FROM chain.seen_slots_voided WHERE block_number BETWEEN $1 AND $2
) AS changed
GROUP BY market, slot
ORDER BY slot DESC, market
LIMIT $3
