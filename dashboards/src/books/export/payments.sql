SELECT slot, 0 AS kind, zone, amount_ueur, block_number, finalized FROM seen_network_fees
WHERE market = $1 AND slot >= $2 AND slot < $3
UNION ALL
SELECT slot, 1, 0, congestion_rent_ueur, block_number, finalized FROM seen_community_payments
WHERE market = $1 AND slot >= $2 AND slot < $3 AND congestion_rent_ueur > 0
UNION ALL
SELECT slot, 2, 0, amount_ueur, block_number, finalized FROM seen_protocol_fees
WHERE market = $1 AND slot >= $2 AND slot < $3
UNION ALL
SELECT slot, 3, 0, dust_ueur, block_number, finalized FROM seen_community_payments
WHERE market = $1 AND slot >= $2 AND slot < $3 AND dust_ueur > 0
ORDER BY 1, 2, 3
