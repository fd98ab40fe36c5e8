-- $1 market, $2 first slot, $3 first slot not asked for, $4 resolution, $5 time zone, $6 slot's seconds, $7 slots an
-- era, $8 most
WITH parts AS (
    SELECT slot, 1 AS slots, bought_wh, paid_ueur, received_ueur, network_fees_ueur, congestion_rent_ueur, protocol_fee_ueur,
           dust_ueur, NULL::numeric AS minted_ren, finalized
    FROM chain.seen_slots_settled
    WHERE market = $1 AND slot >= $2 AND slot < $3
    UNION ALL
    -- An era's REN stands at its last slot.
    SELECT (era + 1) * $7 - 1, 0, 0, 0, 0, 0, 0, 0, 0, minted_ren, finalized
    FROM chain.seen_market_eras_paid
    WHERE market = $1 AND era BETWEEN $2 / $7 - 1 AND $3 / $7 AND (era + 1) * $7 - 1 >= $2 AND (era + 1) * $7 - 1 < $3
), cut AS (
    -- As in a site's readings: days and months begin at local midnight.
    SELECT date_trunc($4, to_timestamp(slot * $6), $5) AS start, parts.* FROM parts
)
SELECT extract(epoch FROM start)::bigint AS start_unix_s,
       sum(slots)::bigint AS slots,
       sum(bought_wh)::bigint AS volume_wh,
       sum(paid_ueur)::bigint AS paid_ueur,
       sum(received_ueur)::bigint AS received_ueur,
       sum(network_fees_ueur)::bigint AS network_fees_ueur,
       sum(congestion_rent_ueur)::bigint AS congestion_rent_ueur,
       sum(protocol_fee_ueur)::bigint AS protocol_fee_ueur,
       sum(dust_ueur)::bigint AS dust_ueur,
       coalesce(sum(minted_ren), 0)::text AS minted_ren,
       bool_and(finalized) AS finalized
FROM cut
GROUP BY start
ORDER BY start
LIMIT $8
