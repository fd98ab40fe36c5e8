SELECT operator FROM chain.seen_market_versions
WHERE market = $1 ORDER BY block_number DESC, event_index DESC LIMIT 1
