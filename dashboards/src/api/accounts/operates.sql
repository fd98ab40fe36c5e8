SELECT market
FROM (SELECT DISTINCT ON (market) market, operator FROM chain.seen_market_versions
      ORDER BY market, block_number DESC, event_index DESC) AS latest
WHERE operator = $1
ORDER BY market
LIMIT 1000
