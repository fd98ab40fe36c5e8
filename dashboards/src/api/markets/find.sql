SELECT v.market AS id, v.operator, v.privacy_threshold, v.protocol_fee_bp,
       (SELECT count(*) FROM chain.seen_zones z WHERE z.market = v.market) AS zones,
       (SELECT count(*) FROM chain.seen_sites s WHERE s.market = v.market) AS sites
FROM (
    SELECT DISTINCT ON (market) market, operator, privacy_threshold, protocol_fee_bp
    FROM chain.seen_market_versions
    WHERE $1::bigint IS NULL OR market = $1
    ORDER BY market, block_number DESC, event_index DESC
) AS v
ORDER BY v.market
LIMIT 1000
