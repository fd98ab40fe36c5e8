SELECT slot, step_id::text, quantity_wh, price_ueur_per_kwh, amount_ueur, block_number, finalized, zone
FROM seen_fills
WHERE market = $1 AND slot >= $2 AND slot < $3
  AND starts_at >= to_timestamp($4) AND starts_at < to_timestamp($5)
  AND ($6::bigint[] IS NULL OR site = ANY($6))
ORDER BY slot, step_id
