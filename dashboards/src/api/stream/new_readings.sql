SELECT market, first_slot, count(*)
FROM chain.seen_readings
WHERE block_number BETWEEN $1 AND $2
GROUP BY market, first_slot
ORDER BY first_slot DESC, market
LIMIT $3
