SELECT coalesce(f.bought_wh, 0)::bigint AS bought_wh,
       coalesce(f.sold_wh, 0)::bigint AS sold_wh,
       coalesce(f.paid_ueur, 0)::bigint AS paid_ueur,
       coalesce(f.received_ueur, 0)::bigint AS received_ueur,
       coalesce(r.minted_ren, 0)::text AS minted_ren,
       coalesce(f.finalized, true) AND coalesce(r.finalized, true) AS finalized
FROM (
    SELECT sum(quantity_wh) FILTER (WHERE side = 'buy') AS bought_wh,
           sum(quantity_wh) FILTER (WHERE side = 'sell') AS sold_wh,
           sum(amount_ueur) FILTER (WHERE side = 'buy') AS paid_ueur,
           sum(amount_ueur) FILTER (WHERE side = 'sell') AS received_ueur,
           bool_and(finalized) AS finalized
    FROM chain.seen_fills
    WHERE owner = $1 AND starts_at >= to_timestamp($2) AND starts_at < to_timestamp($3)
) AS f
CROSS JOIN (
    -- An era's REN stands at its last slot.
    SELECT sum(amount_ren) AS minted_ren, bool_and(finalized) AS finalized
    FROM chain.seen_rewards
    WHERE owner = $1 AND era >= $4 / $6 AND (era + 1) * $6 - 1 >= $4 AND (era + 1) * $6 - 1 < $5
) AS r
