WITH newest AS (
    SELECT market, slot, starts_at, site, side, step, quantity_wh, price_ueur_per_kwh, amount_ueur, finalized
    FROM chain.seen_fills
    WHERE owner = $1 AND starts_at >= to_timestamp($2) AND starts_at < to_timestamp($3)
    ORDER BY starts_at DESC, site, side, step
    LIMIT $4
)
SELECT f.slot, extract(epoch FROM f.starts_at)::bigint AS start_unix_s, f.site, f.side, f.quantity_wh,
       f.price_ueur_per_kwh, f.amount_ueur,
       CASE WHEN EXISTS (SELECT FROM chain.seen_slots_settled s WHERE s.market = f.market AND s.slot = f.slot)
            THEN 'settled' ELSE 'cleared' END AS state,
       f.finalized
FROM newest f
ORDER BY f.starts_at DESC, f.site, f.side, f.step
